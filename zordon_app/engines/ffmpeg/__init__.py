"""FFmpeg: cutting films exactly, encoding the pieces apart, and joining them with sound that was encoded once.

The promise, of which README's section *What becomes of a film* is the same in a user's words:

- **Frames.** Every picture that the decoder gives for the wanted part is one of the result, in order, none twice and
  none left out, in one piece or in many, by one machine or several. Another frame rate (``fps``) is the one way to
  others. Where that cannot be known before (``Scan.trouble``), the film is one piece, and the job says why.
- **Time stamps.** Frames keep the source's, to its tick; a picture that begins after the sound still does, and sound
  and picture stay where they were to each other. The first wanted frame stands at 0. Leaps (recordings one after the
  other) are mended for picture and sound alike; a picture that goes back in time is left out.
- **Damage.** Damaged pictures are shown as far as they decode, where none comes the one before stands, and the job
  says when (``review``); ``damaged_pictures: error`` makes it fail. What is missing without damage fails.
- **Size and shape** are what players show (``shape``): turned upright, cropped as the file says, the shape of pixels
  kept. In a film that changes its size all gets that of its first picture, as plain FFmpeg does. Odd sizes lose a row
  or column where the codec needs even ones, with a word.
- **Colour, depth, alpha.** Colours keep their matrix, range and light; RGB becomes YUV by the rules of HD. Depth and
  alpha stay where the codec has them, else the job says so. *Lossless* is proven frame by frame.
- **Streams** (``streams``): all sound; subtitles as they are, else as plain text or not at all; attachments where the
  container takes them; languages, titles, dispositions. Whatever does not come along is told by name.
- **Chapters** come along. The time code does where the film begins with its first frame.
"""
