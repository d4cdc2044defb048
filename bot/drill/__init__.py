"""The drill: a made-up report goes through the running installation, and afterwards every place that is named is searched for it.

- `places` are files and databases, `unpacking` opens what is packed in them, and `disguises`, `finding`, `digests` and `search`
  find marks in what comes out. The tests of anonymity search with the same.
"""
