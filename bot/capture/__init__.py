"""A reported page, visited once because HR wants it kept (DECISIONS 28): a stranger's visit to a public address, within limits.

`addresses` says what is visited, `visiting` visits, `packing` and `text` make of it what is kept. Nothing here logs, counts or
tells anybody, and nothing of a reporter's request leads here (P17).
"""
