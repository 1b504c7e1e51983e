"""What Zordon knows about each program that renders."""
