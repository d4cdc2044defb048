"""The rim: one folder per platform, each with `channel.py` (in and out) and `render.py` (View to its format)."""
