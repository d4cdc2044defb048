-- The casebook. No column here can hold who reported, and none a time: `day` and `slot` are a window, other days are days.
-- on both

CREATE TABLE installation (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) $WITHOUT_ROWID

-- What waits for its window. `lookup` and `public` follow from the receipt; `own` is sealed to it, `sealed` and `enclosed` to the
-- recipients.
CREATE TABLE waiting (
    id TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    slot TEXT NOT NULL,
    lookup TEXT NOT NULL UNIQUE,
    public TEXT NOT NULL,
    own $BLOB NOT NULL,
    sealed $BLOB NOT NULL,
    enclosed $BLOB NOT NULL
) $WITHOUT_ROWID

-- What came to light, and how its case stands.
CREATE TABLE report (
    id TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    lookup TEXT NOT NULL UNIQUE,
    public TEXT NOT NULL,
    own $BLOB NOT NULL,
    sealed $BLOB NOT NULL,
    enclosed $BLOB NOT NULL,
    state TEXT NOT NULL,
    holder TEXT NOT NULL,
    version INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    on_hold INTEGER NOT NULL,
    schedule TEXT NOT NULL,
    concluded TEXT NOT NULL
) $WITHOUT_ROWID

-- What the reporter adds, until its window.
CREATE TABLE waiting_word (
    id TEXT PRIMARY KEY,
    report TEXT NOT NULL,
    day TEXT NOT NULL,
    slot TEXT NOT NULL,
    sealed $BLOB NOT NULL
) $WITHOUT_ROWID

-- What was added, noted and replied. `place` orders what HR wrote; what came from the reporter has none.
CREATE TABLE word (
    id TEXT PRIMARY KEY,
    report TEXT NOT NULL,
    day TEXT NOT NULL,
    place INTEGER NOT NULL,
    sealed $BLOB NOT NULL,
    reply $BLOB NOT NULL
) $WITHOUT_ROWID

CREATE INDEX word_report ON word (report)

-- What HR did, without content. `place` is the version of the case that it made.
CREATE TABLE trail (
    report TEXT NOT NULL,
    place INTEGER NOT NULL,
    act TEXT NOT NULL,
    actor TEXT NOT NULL,
    day TEXT NOT NULL,
    recipient TEXT NOT NULL,
    letter TEXT NOT NULL,
    PRIMARY KEY (report, place)
) $WITHOUT_ROWID

-- What was deleted by schedule: an id that is nowhere else, a day and a code.
CREATE TABLE disposed (
    id TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    schedule TEXT NOT NULL
) $WITHOUT_ROWID
