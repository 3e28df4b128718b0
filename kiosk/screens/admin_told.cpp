#include "kiosk/screens/admin_told.h"

#include <fmt/format.h>

#include <limits>

#include "content/base/json.h"
#include "content/base/log.h"
#include "content/study/from_centre.h"
#include "content/study/study.h"
#include "kiosk/in_force.h"
#include "kiosk/screens/admin_parts.h"
#include "kiosk/screens/admin_words.h"

namespace xinghuo {
namespace {

// "90" → "90 秒", "true" → "开".
std::string value_words(const Frame& frame, std::string_view name, const std::string& json) {
    JsonDocument document;
    if (!document.parse(R"({"value":)" + json + "}")) return json;
    const JsonNode value = document.root()["value"];
    if (value.is_boolean()) return frame.words(value.boolean_or(false) ? "set.on" : "set.off");
    if (name == "language") return frame.strings.get(value.string() == "en" ? Lang::zh : Lang::en, "bar.other_language");
    if (value.is_string()) return value.string();
    if (name == "volume") return fmt::format("{:.0f}%", value.number() * 100);
    return frame.words("set.seconds", {{"n", plain_number(value.number())}});
}

std::string maker(const Frame& frame, SetBy by) {
    switch (by) {
        case SetBy::program: return frame.words("set.by.program");
        case SetBy::centre: return frame.words("set.by.centre");
        case SetBy::terminal: return frame.words("set.by.terminal");
        case SetBy::command_line: return frame.words("set.by.command_line");
    }
    return "";
}

}  // namespace

void ToldByCentre::look(Frame& frame) {
    const std::int64_t minute = frame.moment.wall.unix_ms / 60'000;
    if (told_ == frame.told && minute_ == minute) return;
    told_ = frame.told;
    minute_ = minute;
    const FromCentre from(frame.study->database());
    auto days = from.policy_days();
    const auto notices = from.notices(frame.moment.wall);
    const auto planned = from.planned(WallTime{frame.moment.wall.unix_ms - 43'200'000}, WallTime{std::numeric_limits<std::int64_t>::max()});
    if (!days || !notices || !planned) return log_warning((!days ? days.error() : !notices ? notices.error() : planned.error()).within("reading what the centre told").what);
    policy_days_ = std::move(*days);
    notices_ = notices->size();
    planned_ = planned->size();
}

void ToldByCentre::draw(Frame& frame, Rect& rest) {
    look(frame);
    heading(frame, rest, frame.words("set.title"));
    std::vector<Fact> all;
    if (frame.in_force != nullptr) {
        for (const InForce::Value& value : frame.in_force->values) {
            const std::string words = value_words(frame, value.name, value.json), by = maker(frame, value.by);
            const std::string wanted = value.of_centre.empty() || value.by == SetBy::centre ? "" : value_words(frame, value.name, value.of_centre);
            const bool overruled = !wanted.empty() && wanted != words;
            all.push_back({frame.words("set." + value.name), overruled ? frame.words("set.overruled", {{"value", words}, {"by", by}, {"centre", wanted}})
                                                                 : frame.words("set.value", {{"value", words}, {"by", by}})});
        }
    }
    if (!policy_days_.empty()) {
        std::string text;
        for (const std::int64_t day : policy_days_) text += (text.empty() ? "" : ", ") + admin_day(day);
        all.push_back({frame.words("set.policies"), frame.words("set.value", {{"value", frame.words("set.policies.days", {{"days", text}})}, {"by", frame.words("set.by.centre")}})});
    }
    all.push_back({frame.words("set.announced"), frame.words("set.announced.n", {{"n", std::to_string(notices_)}, {"m", std::to_string(planned_)}})});
    facts(frame, rest, all);
    paragraph(frame, rest, frame.words("set.text"), admin_quiet(frame), space::s);
}

void refused_of_centre(Frame& frame, Rect& rest, const SyncStatus& now) {
    if (now.not_taken.empty()) return;
    told(frame, rest, frame.words("set.refused"), frame.words("set.refused.text"), Notice::Tone::bad);
    for (const std::string& one : now.not_taken) paragraph(frame, rest, frame.words("packs.technical", {{"what", one}}), admin_quiet(frame), space::s);
}

}  // namespace xinghuo
