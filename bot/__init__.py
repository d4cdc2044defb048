"""What do we do about it? A turn comes in, an outcome and a view go out."""
