"""The drill: a made-up report goes through the running installation, and afterwards every place that is named is searched for it.

- `canary` is what is sent, with its marks; `filing` is the way that it goes, `phone` and `page` are a telephone at the pages;
  `keeping` writes down what to look for later.
- `places` and `tables` are files and databases, `unpacking` and `openers` open what is packed in them; `disguises`, `finding`,
  `digests` and `search` find marks in what comes out. The tests of anonymity search with the same.
- `looking` is all of the search, `casebook` and `moments` see whether anything tells when, `report` is what is told of it.
"""
