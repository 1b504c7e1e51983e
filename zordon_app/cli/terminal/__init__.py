"""What all verbs share: the screen, the session, words, exit statuses."""
