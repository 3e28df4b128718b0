#include "sync/server/schema_steps.h"

namespace xinghuo {
namespace {

// accounts.h, enrolment.h. Nothing secret is kept: of passwords argon2id, of random secrets a hash. Times are ms since 1970; 0: not yet.
constexpr std::string_view accounts = R"sql(
CREATE TABLE staff (
    organisation bigint NOT NULL,
    name text NOT NULL,
    password text NOT NULL,
    role text NOT NULL,
    branch text NOT NULL,
    must_change bigint NOT NULL,
    closed_ms bigint NOT NULL,
    made_ms bigint NOT NULL,
    PRIMARY KEY (organisation, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE staff_session (
    organisation bigint NOT NULL,
    token text NOT NULL,
    name text NOT NULL,
    opened_ms bigint NOT NULL,
    used_ms bigint NOT NULL,
    PRIMARY KEY (organisation, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_session_name ON staff_session (organisation, name);
CREATE TABLE credential (
    organisation bigint NOT NULL,
    name text NOT NULL,
    secret text NOT NULL,
    made_ms bigint NOT NULL,
    PRIMARY KEY (organisation, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
    organisation bigint NOT NULL,
    id text NOT NULL,
    at_ms bigint NOT NULL,
    who text NOT NULL,
    what text NOT NULL,
    about text NOT NULL,
    peer text NOT NULL,
    PRIMARY KEY (organisation, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE centre_option (
    organisation bigint NOT NULL,
    name text NOT NULL,
    value text NOT NULL,
    PRIMARY KEY (organisation, name)
) STRICT, WITHOUT ROWID;
)sql";

// A terminal's id is the hash of its key. token is of the last enrolment: earlier ones open nothing.
constexpr std::string_view terminals = R"sql(
CREATE TABLE kiosk (
    organisation bigint NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    public_key text NOT NULL,
    token text NOT NULL,
    enrolled_ms bigint NOT NULL,
    revoked_ms bigint NOT NULL,
    contact_ms bigint NOT NULL,
    PRIMARY KEY (organisation, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX kiosk_token ON kiosk (organisation, token);
CREATE TABLE enrol_code (
    organisation bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    made_ms bigint NOT NULL,
    until_ms bigint NOT NULL,
    used_by text NOT NULL,
    PRIMARY KEY (organisation, code)
) STRICT, WITHOUT ROWID;
)sql";

// shared_limits.h
constexpr std::string_view attempts = R"sql(
CREATE TABLE attempt (
    organisation bigint NOT NULL,
    who text NOT NULL,
    wrong bigint NOT NULL,
    last_ms bigint NOT NULL,
    until_ms bigint NOT NULL,
    PRIMARY KEY (organisation, who)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace

std::vector<SchemaStep> account_steps() {
    return {{accounts}, {terminals}, {attempts}};
}

}  // namespace xinghuo
