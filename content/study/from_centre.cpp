#include "content/study/from_centre.h"

#include <array>

#include "content/base/json.h"

namespace xinghuo {
namespace {

constexpr std::string_view policy_days_name = "policy days";  // no setting has a space in its name

enum class ValueKind { seconds_idle, seconds_asked, share, truth, language, hours };
struct CentreSettingRule {
    std::string_view name;
    ValueKind kind;
};
constexpr std::array setting_rules = {
    CentreSettingRule{"idle_seconds", ValueKind::seconds_idle}, CentreSettingRule{"still_there_seconds", ValueKind::seconds_asked},
    CentreSettingRule{"volume", ValueKind::share},              CentreSettingRule{"less_motion", ValueKind::truth},
    CentreSettingRule{"high_contrast", ValueKind::truth},       CentreSettingRule{"language", ValueKind::language},
    CentreSettingRule{"quiet_hours", ValueKind::hours},
};

bool is_hours(const std::string& text) {  // "02:00-05:00"
    if (text.size() != 11 || text[2] != ':' || text[5] != '-' || text[8] != ':') return false;
    for (const std::size_t at : {std::size_t{0}, std::size_t{6}}) {
        for (const std::size_t digit : {at, at + 1, at + 3, at + 4})
            if (text[digit] < '0' || text[digit] > '9') return false;
        if ((text[at] - '0') * 10 + text[at + 1] - '0' > 23 || text[at + 3] > '5') return false;
    }
    return text.compare(0, 5, text, 6, 5) != 0;
}

bool may_have(ValueKind kind, const JsonNode& value) {
    switch (kind) {
        case ValueKind::seconds_idle: return value.number() >= 10 && value.number() <= 3600;
        case ValueKind::seconds_asked: return value.number() >= 3 && value.number() <= 120;
        case ValueKind::share: return value.number() >= 0 && value.number() <= 1;
        case ValueKind::truth: return value.is_boolean();
        case ValueKind::language: return value.is_string() && (value.string() == "zh" || value.string() == "en");
        case ValueKind::hours: return value.is_string() && is_hours(value.string());
    }
    return false;
}

std::string_view wanted(ValueKind kind) {
    switch (kind) {
        case ValueKind::seconds_idle: return "10 to 3600 seconds";
        case ValueKind::seconds_asked: return "3 to 120 seconds";
        case ValueKind::share: return "0 to 1";
        case ValueKind::truth: return "true or false";
        case ValueKind::language: return "\"zh\" or \"en\"";
        case ValueKind::hours: return "two times of day, as \"02:00-05:00\"";
    }
    return "";
}

std::string both(const Bilingual& text) {
    JsonWriter out;
    return out.object().key("zh").value(text.zh).key("en").value(text.en).end().text();
}

Bilingual bilingual_of(const std::string& json) {
    JsonDocument document;
    if (!document.parse(json)) return {};
    return document.root().bilingual();
}

}  // namespace

bool is_centre_setting(std::string_view name) {
    for (const CentreSettingRule& rule : setting_rules)
        if (rule.name == name) return true;
    return false;
}

Result<void> check_centre_setting(std::string_view name, std::string_view json) {
    for (const CentreSettingRule& rule : setting_rules) {
        if (rule.name != name) continue;
        JsonDocument document;
        if (document.parse(R"({"value":)" + std::string(json) + "}") && may_have(rule.kind, document.root()["value"]) && document.good()) return {};
        return Error{ErrorKind::invalid, std::string(name) + " cannot be " + std::string(json.substr(0, 60)) + "; it must be " + std::string(wanted(rule.kind))};
    }
    return Error{ErrorKind::invalid, "\"" + std::string(name) + "\" is no setting a centre may make"};
}

Result<std::vector<PlannedActivity>> FromCentre::planned(WallTime from, WallTime to, std::size_t limit) const {
    auto rows = db_->query("SELECT id, name, type, branch, planned_ms, late_after_min, host FROM planned_activity "
                           "WHERE planned_ms BETWEEN ?1 AND ?2 ORDER BY planned_ms, id LIMIT ?3", from.unix_ms, to.unix_ms, limit);
    if (!rows) return rows.error();
    std::vector<PlannedActivity> all;
    while (rows->next()) {
        PlannedActivity one;
        one.id = rows->text(0);
        one.plan.name = rows->text(1);
        one.plan.type = rows->text(2);
        one.plan.branch = rows->text(3);
        one.plan.planned = WallTime{rows->integer(4)};
        one.plan.late_after_min = static_cast<int>(rows->integer(5));
        one.plan.host.text = rows->text(6);
        all.push_back(std::move(one));
    }
    if (auto read = rows->end(); !read) return read.error();
    return all;
}

Result<std::vector<CentreNotice>> FromCentre::notices(WallTime now, std::size_t limit) const {
    auto rows = db_->query("SELECT id, title, text, from_ms, until_ms FROM notice WHERE from_ms <= ?1 AND until_ms > ?1 ORDER BY from_ms DESC, id LIMIT ?2",
                           now.unix_ms, limit);
    if (!rows) return rows.error();
    std::vector<CentreNotice> all;
    while (rows->next())
        all.push_back({rows->text(0), bilingual_of(rows->text(1)), bilingual_of(rows->text(2)), {rows->integer(3)}, {rows->integer(4)}});
    if (auto read = rows->end(); !read) return read.error();
    return all;
}

Result<std::map<std::string, std::string>> FromCentre::settings() const {
    auto rows = db_->query("SELECT name, value FROM centre_setting WHERE name <> ?1 ORDER BY name", policy_days_name);
    if (!rows) return rows.error();
    std::map<std::string, std::string> all;
    while (rows->next()) all.emplace(rows->text(0), rows->text(1));
    if (auto read = rows->end(); !read) return read.error();
    return all;
}

Result<std::vector<std::int64_t>> FromCentre::policy_days() const {
    auto rows = db_->query("SELECT value FROM centre_setting WHERE name = ?1", policy_days_name);
    if (!rows) return rows.error();
    std::vector<std::int64_t> days;
    JsonDocument document;
    if (rows->next() && document.parse(R"({"days":)" + rows->text(0) + "}"))
        for (const JsonNode& day : document.root()["days"].items(1'000)) days.push_back(day.integer());
    if (auto read = rows->end(); !read) return read.error();
    return days;
}

Result<std::string> FromCentre::revision() const {
    auto rows = db_->query("SELECT COUNT(*), COALESCE(SUM(version), 0), COALESCE(MAX(at_ms), 0) FROM taken_target");
    if (!rows) return rows.error();
    if (!rows->next()) return rows->end().has_value() ? Result<std::string>(std::string()) : Result<std::string>(rows->end().error());
    return std::to_string(rows->integer(0)) + ' ' + std::to_string(rows->integer(1)) + ' ' + std::to_string(rows->integer(2));
}

Result<std::int64_t> FromCentre::taken(std::string_view target) const {
    return db_->integer_or(0, "SELECT version FROM taken_target WHERE name = ?1", target);
}

Result<void> FromCentre::replace_planned(const std::vector<PlannedActivity>& all) {
    if (auto done = db_->run("DELETE FROM planned_activity"); !done) return done;
    for (const PlannedActivity& one : all) {
        insist(one.plan.planned.has_value(), "a planned activity has its time");
        if (auto done = db_->run("INSERT INTO planned_activity (id, name, type, branch, planned_ms, late_after_min, host) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                 one.id, one.plan.name, one.plan.type, one.plan.branch, one.plan.planned->unix_ms, one.plan.late_after_min, one.plan.host.text);
            !done)
            return done;
    }
    return {};
}

Result<void> FromCentre::replace_notices(const std::vector<CentreNotice>& all) {
    if (auto done = db_->run("DELETE FROM notice"); !done) return done;
    for (const CentreNotice& one : all)
        if (auto done = db_->run("INSERT INTO notice (id, title, text, from_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5)", one.id, both(one.title),
                                 both(one.text), one.from.unix_ms, one.until.unix_ms);
            !done)
            return done;
    return {};
}

Result<void> FromCentre::replace_settings(const std::map<std::string, std::string>& all, const std::vector<std::int64_t>& policy_days) {
    if (auto done = db_->run("DELETE FROM centre_setting"); !done) return done;
    for (const auto& [name, value] : all)
        if (auto done = db_->run("INSERT INTO centre_setting (name, value) VALUES (?1, ?2)", name, value); !done) return done;
    if (policy_days.empty()) return {};
    JsonWriter days;
    days.array();
    for (const std::int64_t day : policy_days) days.value(day);
    return db_->run("INSERT INTO centre_setting (name, value) VALUES (?1, ?2)", policy_days_name, days.end().text());
}

Result<void> FromCentre::forget_taken() { return db_->run("DELETE FROM taken_target"); }

Result<void> FromCentre::mark_taken(std::string_view target, std::int64_t version, WallTime at) {
    return db_->run("INSERT INTO taken_target (name, version, at_ms) VALUES (?1, ?2, ?3) "
                    "ON CONFLICT (name) DO UPDATE SET version = excluded.version, at_ms = excluded.at_ms", target, version, at.unix_ms);
}

}  // namespace xinghuo
