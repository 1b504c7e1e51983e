"""FFmpeg: cutting films exactly, encoding the pieces apart, and joining them with sound that was encoded once."""
