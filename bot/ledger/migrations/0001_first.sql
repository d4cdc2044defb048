-- What 0.1.0 laid by itself; there already where a ledger of that time is taken over.
-- on both

CREATE TABLE IF NOT EXISTS uncovered (
    key TEXT PRIMARY KEY,
    week TEXT NOT NULL,
    question TEXT NOT NULL
) $WITHOUT_ROWID

CREATE TABLE IF NOT EXISTS delivered (
    key TEXT PRIMARY KEY,
    until BIGINT NOT NULL
) $WITHOUT_ROWID

CREATE INDEX IF NOT EXISTS delivered_until ON delivered (until)

CREATE TABLE IF NOT EXISTS reference (
    channel TEXT NOT NULL,
    person TEXT NOT NULL,
    conversation TEXT NOT NULL,
    PRIMARY KEY (channel, person)
) $WITHOUT_ROWID
