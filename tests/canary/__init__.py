"""The canary harness: complete flows by somebody made up, through the real entry points, and a search of every byte after them.

- `identity` makes people up; each fact of theirs holds a mark that stands nowhere else.
- `flows` are what they do, as data; `people` do it in Slack, in Teams and on the web pages; `process` runs the program.
- `process` gathers what it produced, too; `bot.drill` (the search of `clausebot drill`) and `clocks` find marks in it; `run` is
  all of it.
- `leaks` are planted on purpose (`child` plants them), so that the harness proves that it finds them.
- `attacks` are statistics: can reports be tied to people, or put into the order in which they were written?
"""
