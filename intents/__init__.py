"""What did they say? How people say what they want, and from the evidence to a Recognition: which intent, and how sure.

The evidence is a share for each intent, from a classifier that learnt `sentences`; `bot/app.py` brings the two together.
"""

from intents.catalogue import CatalogueError, Intent, Mistake, digest, read, sentences
from intents.recognise import Recognition, recognise

__all__ = ["CatalogueError", "Intent", "Mistake", "Recognition", "digest", "read", "recognise", "sentences"]
