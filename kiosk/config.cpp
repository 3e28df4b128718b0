#include "kiosk/config.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>

#include "content/base/json.h"

namespace xinghuo {
namespace {

double within(const JsonNode& node, double otherwise, double least, double most) {
    const double value = node.number_or(otherwise);
    if (value < least || value > most) {
        char why[96];
        std::snprintf(why, sizeof why, "must be between %g and %g", least, most);
        node.refuse(why);
    }
    return value;
}

void refuse_unknown(const JsonNode& object, const std::set<std::string>& known) {
    for (const auto& [key, node] : object.members())
        if (!known.contains(key)) node.refuse("no such setting");
}

// "02:30" → 150; nothing: no time of day.
std::optional<int> minute_of_day(std::string_view text) {
    int hour = 0, minute = 0;
    char rest = 0;
    if (text.size() != 5 || std::sscanf(std::string(text).c_str(), "%2d:%2d%c", &hour, &minute, &rest) != 2) return std::nullopt;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
    return hour * 60 + minute;
}

// Over plain HTTP packs could not be forged, but anybody could hold updates back unseen, and records could be read; on the machine itself
// nobody stands between.
std::string address_of(const JsonNode& node) {
    std::string address = node.string_or("");
    const auto is = [&](std::string_view host) {
        return address.starts_with(host) && (address.size() == host.size() || address[host.size()] == ':' || address[host.size()] == '/');
    };
    const bool local = is("http://127.0.0.1") || is("http://localhost");
    if (!address.empty() && !address.starts_with("https://") && !local) node.refuse("must begin with https://");
    return address;
}

void read_centre(const JsonNode& node, Settings::Centre& centre) {
    refuse_unknown(node, {"url", "ca", "proxy", "token_file", "lrs"});
    centre.url = address_of(node["url"]);
    centre.ca = node["ca"].string_or("");
    centre.proxy = node["proxy"].string_or("");
    centre.token_file = node["token_file"].string_or("");
    const JsonNode lrs = node["lrs"];
    if (!lrs.exists()) return;
    refuse_unknown(lrs, {"endpoint", "user", "password_file"});
    centre.lrs = address_of(lrs["endpoint"]);
    if (centre.lrs.empty()) lrs["endpoint"].refuse("must be the store's address");
    centre.lrs_user = lrs["user"].string_or("");
    centre.lrs_password_file = lrs["password_file"].string_or("");
}

void read_packs(const JsonNode& node, Settings::Packs& packs) {
    refuse_unknown(node, {"root", "repository", "ca", "proxy", "quiet_hours", "automatic"});
    packs.root = node["root"].string_or("");
    packs.repository = address_of(node["repository"]);
    packs.ca = node["ca"].string_or("");
    packs.proxy = node["proxy"].string_or("");
    packs.automatic = node["automatic"].boolean_or(true);
    const auto quiet = quiet_hours_of(node["quiet_hours"].string_or("02:00-05:00"));
    if (!quiet) return node["quiet_hours"].refuse("must be two times of day, as 02:00-05:00");
    packs.quiet_from = quiet->from;
    packs.quiet_to = quiet->to;
}

}  // namespace

std::optional<MinutesOfDay> quiet_hours_of(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto from = minute_of_day(text.substr(0, dash)), to = minute_of_day(text.substr(dash + 1));
    if (!from || !to || *from == *to) return std::nullopt;
    return MinutesOfDay{*from, *to};
}

Result<Settings> read_settings(std::string_view json) {
    JsonDocument document;
    if (auto parsed = document.parse(json); !parsed) return parsed.error();
    const JsonNode root = document.root();
    refuse_unknown(root, {"language", "panel", "viewing_distance_mm", "idle_seconds", "still_there_seconds", "volume",
                          "less_motion", "high_contrast", "card_readers", "centre_key", "packs", "centre"});
    Settings s;
    const std::string lang = root["language"].string_or("zh");
    if (lang != "zh" && lang != "en") root["language"].refuse("must be \"zh\" or \"en\"");
    s.lang = lang == "en" ? Lang::en : Lang::zh;
    if (const JsonNode panel = root["panel"]; panel.exists()) {
        refuse_unknown(panel, {"width_mm", "height_mm", "diagonal_inches"});
        s.panel_width_mm = static_cast<float>(within(panel["width_mm"], 0, 0, 5000));
        s.panel_height_mm = static_cast<float>(within(panel["height_mm"], 0, 0, 5000));
        s.panel_diagonal_inches = static_cast<float>(within(panel["diagonal_inches"], 0, 0, 200));
        if ((s.panel_width_mm > 0) != (s.panel_height_mm > 0)) panel.refuse("needs both width_mm and height_mm");
    }
    s.viewing_distance_mm = static_cast<float>(within(root["viewing_distance_mm"], 600, 300, 5000));
    s.idle_seconds = within(root["idle_seconds"], 60, 5, 3600);
    s.still_there_seconds = within(root["still_there_seconds"], 10, 3, 120);
    s.volume = static_cast<float>(within(root["volume"], 0.8, 0, 1));
    s.less_motion = root["less_motion"].boolean_or(false);
    s.high_contrast = root["high_contrast"].boolean_or(false);
    if (root["card_readers"].exists())
        for (const JsonNode& reader : root["card_readers"].items(16)) s.card_readers.push_back(reader.string());
    if (root["centre_key"].exists()) {
        const auto bytes = from_hex(root["centre_key"].string());
        PublicKey key{};
        if (!bytes || bytes->size() != key.size()) {
            root["centre_key"].refuse("must be 64 hex digits");
        } else {
            std::copy(bytes->begin(), bytes->end(), key.begin());
            s.centre_key = key;
        }
    }
    if (root["packs"].exists()) read_packs(root["packs"], s.packs);
    if (root["centre"].exists()) read_centre(root["centre"], s.centre);
    for (const char* name : {"idle_seconds", "still_there_seconds", "volume", "less_motion", "high_contrast", "language"})
        if (root[name].exists()) s.given[name] = SetBy::terminal;
    if (root["packs"]["quiet_hours"].exists()) s.given["quiet_hours"] = SetBy::terminal;
    if (!document.good()) return document.error();
    return s;
}

float mm_per_unit(const Settings& settings, float screen_w, float screen_h) {
    if (settings.panel_width_mm > 0) {
        // Landscape or portrait as the picture is, whichever way the panel was measured.
        const float along = screen_w >= screen_h ? std::max(settings.panel_width_mm, settings.panel_height_mm)
                                                 : std::min(settings.panel_width_mm, settings.panel_height_mm);
        return along / screen_w;
    }
    if (settings.panel_diagonal_inches > 0) return settings.panel_diagonal_inches * 25.4f / std::hypot(screen_w, screen_h);
    return 0;
}

float text_factor(const Settings& settings, float mm_per_unit) {
    if (mm_per_unit <= 0) return 1;
    constexpr float body = 34, filled = 0.92f;
    const float wanted_mm = 7 + (settings.viewing_distance_mm - 600) * (5.0f / 400);
    return std::clamp(wanted_mm / (body * filled * mm_per_unit), 1.0f, 1.5f);
}

}  // namespace xinghuo
