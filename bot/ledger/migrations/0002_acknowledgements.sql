-- People, published policies, the chain of records, requests and their progress, the outbox.
-- on both

CREATE TABLE person (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    preferred TEXT NOT NULL,
    aliases TEXT NOT NULL,
    email TEXT UNIQUE,
    role TEXT NOT NULL,
    department TEXT NOT NULL,
    supervisor TEXT NOT NULL,
    employment TEXT NOT NULL,
    started TEXT,
    leave_from TEXT,
    leave_until TEXT,
    separated TEXT
)

CREATE TABLE account (
    channel TEXT NOT NULL,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (channel, tenant, id)
)

CREATE INDEX account_person ON account (person)

CREATE TABLE called (
    name TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (name, person)
) $WITHOUT_ROWID

CREATE INDEX called_person ON called (person)

CREATE TABLE granted (
    person TEXT NOT NULL REFERENCES person (id),
    held TEXT NOT NULL,
    PRIMARY KEY (person, held)
)

CREATE TABLE policy_version (
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    effective TEXT NOT NULL,
    digest TEXT NOT NULL,
    document TEXT NOT NULL,
    markdown TEXT NOT NULL,
    changes TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    published_at TEXT NOT NULL,
    PRIMARY KEY (policy, version)
)

CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    request TEXT NOT NULL,
    body TEXT NOT NULL,
    previous TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL UNIQUE
)

CREATE INDEX record_request ON record (request, kind)

CREATE INDEX record_policy ON record (policy, kind)

CREATE TABLE personal (
    record TEXT PRIMARY KEY REFERENCES record (id),
    person TEXT,
    salt TEXT,
    fields TEXT
)

CREATE INDEX personal_person ON personal (person)

CREATE TABLE chain (
    id INTEGER PRIMARY KEY,
    turns BIGINT NOT NULL
)

INSERT INTO chain (id, turns) VALUES (1, 0)

CREATE TABLE root (
    day TEXT PRIMARY KEY,
    records BIGINT NOT NULL,
    root TEXT NOT NULL,
    head TEXT NOT NULL,
    made_at TEXT NOT NULL
)

CREATE TABLE witness (
    day TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (day, name)
)

CREATE TABLE request (
    id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    version TEXT NOT NULL,
    audience TEXT NOT NULL,
    due TEXT NOT NULL,
    created TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    days_after_start INTEGER NOT NULL,
    reminders TEXT NOT NULL,
    quiz INTEGER NOT NULL,
    closed TEXT
)

CREATE TABLE assignment (
    request TEXT NOT NULL REFERENCES request (id),
    person TEXT NOT NULL REFERENCES person (id),
    due TEXT NOT NULL,
    assigned TEXT NOT NULL,
    ended TEXT,
    why_ended TEXT NOT NULL,
    PRIMARY KEY (request, person)
)

CREATE INDEX assignment_person ON assignment (person)

CREATE TABLE progress (
    request TEXT NOT NULL,
    person TEXT NOT NULL,
    version TEXT NOT NULL,
    page INTEGER NOT NULL,
    rendered TEXT NOT NULL,
    client TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (request, person, version, page)
)

CREATE TABLE link (
    digest TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    person TEXT NOT NULL,
    until TEXT NOT NULL,
    used_at TEXT
)

CREATE TABLE scan (
    digest TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    content $BLOB NOT NULL
)

CREATE TABLE statement (
    digest TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at TEXT NOT NULL
)

CREATE TABLE site (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    owner TEXT NOT NULL,
    registered TEXT NOT NULL,
    closed TEXT
)

CREATE TABLE site_person (
    site TEXT NOT NULL REFERENCES site (id),
    person TEXT NOT NULL REFERENCES person (id),
    since TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (site, person)
)

CREATE TABLE outbox (
    position $SERIAL,
    key TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    view TEXT NOT NULL,
    not_before DOUBLE PRECISION NOT NULL,
    retry_at DOUBLE PRECISION NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until DOUBLE PRECISION NOT NULL,
    lease_by TEXT NOT NULL,
    state TEXT NOT NULL,
    topic TEXT NOT NULL,
    cause TEXT NOT NULL,
    error TEXT NOT NULL,
    urgent INTEGER NOT NULL
)

CREATE INDEX outbox_next ON outbox (state, urgent DESC, not_before, position)

CREATE INDEX outbox_address ON outbox (address, state, not_before, position)

CREATE INDEX outbox_topic ON outbox (topic, state)

CREATE TABLE lease (
    name TEXT PRIMARY KEY,
    until DOUBLE PRECISION NOT NULL,
    held_by TEXT NOT NULL
)

CREATE TABLE done_until (
    name TEXT PRIMARY KEY,
    day TEXT NOT NULL
)

-- on sqlite

CREATE TRIGGER record_is_never_changed BEFORE UPDATE ON record BEGIN SELECT RAISE(ABORT, 'the record only grows'); END

CREATE TRIGGER record_is_never_deleted BEFORE DELETE ON record BEGIN SELECT RAISE(ABORT, 'the record only grows'); END

CREATE TRIGGER version_is_never_changed BEFORE UPDATE ON policy_version BEGIN SELECT RAISE(ABORT, 'a published version stays'); END

CREATE TRIGGER version_is_never_deleted BEFORE DELETE ON policy_version BEGIN SELECT RAISE(ABORT, 'a published version stays'); END

CREATE TRIGGER personal_is_only_cleared BEFORE UPDATE ON personal WHEN NEW.record IS NOT OLD.record OR NEW.person IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.fields IS NOT NULL BEGIN SELECT RAISE(ABORT, 'personal fields are only cleared'); END

CREATE TRIGGER personal_is_never_deleted BEFORE DELETE ON personal BEGIN SELECT RAISE(ABORT, 'personal fields are only cleared'); END

-- on postgres

CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''% only grows'', TG_TABLE_NAME USING ERRCODE = ''integrity_constraint_violation''; END'

CREATE FUNCTION only_cleared() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.record IS DISTINCT FROM OLD.record OR NEW.person IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.fields IS NOT NULL THEN RAISE EXCEPTION ''personal fields are only cleared'' USING ERRCODE = ''integrity_constraint_violation''; END IF; RETURN NEW; END'

CREATE TRIGGER record_only_grows BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION never()

CREATE TRIGGER record_is_not_emptied BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION never()

CREATE TRIGGER version_stays BEFORE UPDATE OR DELETE ON policy_version FOR EACH ROW EXECUTE FUNCTION never()

CREATE TRIGGER version_is_not_emptied BEFORE TRUNCATE ON policy_version FOR EACH STATEMENT EXECUTE FUNCTION never()

CREATE TRIGGER personal_is_only_cleared BEFORE UPDATE ON personal FOR EACH ROW EXECUTE FUNCTION only_cleared()

CREATE TRIGGER personal_stays BEFORE DELETE ON personal FOR EACH ROW EXECUTE FUNCTION never()

CREATE TRIGGER personal_is_not_emptied BEFORE TRUNCATE ON personal FOR EACH STATEMENT EXECUTE FUNCTION never()
