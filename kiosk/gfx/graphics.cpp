#include "kiosk/gfx/graphics.h"

#include <fmt/format.h>

#include <set>
#include <system_error>

#include "content/base/json.h"
#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr std::size_t longest_file = 64u << 10;
constexpr int starts_before_stepping_down = 2;
constexpr Nanoseconds healthy_after = Milliseconds(30'000);

void write_answer(JsonWriter& json, const ProbeAnswer& answer) {
    json.object().key("works").value(answer.works).key("by_processor").value(answer.by_processor);
    json.key("frame_ms").value(answer.frame_ms).key("renderer").value(answer.renderer).end();
}

ProbeAnswer answer_from(const JsonNode& node) {
    ProbeAnswer answer;
    answer.works = node["works"].boolean();
    answer.by_processor = node["by_processor"].boolean();
    answer.frame_ms = node["frame_ms"].number();
    answer.renderer = node["renderer"].string();
    return answer;
}

// A line of a file in /sys without its "0x" and line end.
std::string number_in(const Path& file) {
    auto text = read_text(file, 64);
    if (!text) return {};
    std::string number = *text;
    while (!number.empty() && (number.back() == '\n' || number.back() == ' ')) number.pop_back();
    return number.starts_with("0x") ? number.substr(2) : number;
}

}  // namespace

std::string probe_answer_json(const ProbeAnswer& answer) {
    JsonWriter json;
    write_answer(json, answer);
    return json.text();
}

Result<ProbeAnswer> read_probe_answer(std::string_view json) {
    JsonDocument document;
    if (auto read = document.parse(json); !read) return read.error().within("the probe's answer");
    const ProbeAnswer answer = answer_from(document.root());
    if (!document.good()) return document.error().within("the probe's answer");
    return answer;
}

Graphics graphics_for(const ProbeAnswer& answer) {
    if (!answer.works || answer.by_processor || answer.frame_ms > slowest_gpu_frame_ms) return {Driver::software, true, 30};
    if (answer.frame_ms > rich_gpu_frame_ms) return {Driver::gl, true, 30};
    return {Driver::gl, false, 60};
}

GraphicsMemory::Known GraphicsMemory::read(const Path& file) {
    auto text = read_text(file, longest_file);
    if (!text) return {};
    JsonDocument document;
    if (auto parsed = document.parse(*text); !parsed) {
        log_warning(parsed.error().within("reading graphics.json").what);
        return {};
    }
    const JsonNode root = document.root();
    Known known;
    known.any = true;
    known.answer = answer_from(root["probe"]);
    known.cards = root["cards"].string();
    known.unfinished_starts = static_cast<int>(root["unfinished_starts"].integer());
    known.stepped_down = root["stepped_down"].string();
    if (document.good()) return known;
    log_warning(document.error().within("reading graphics.json").what);
    return {};
}

void GraphicsMemory::write() {
    if (file_.empty()) return;
    JsonWriter json(2);
    json.object().key("driver").value(graphics_.driver == Driver::gl ? "gl" : "software");
    json.key("cards").value(known_.cards).key("unfinished_starts").value(known_.unfinished_starts);
    json.key("stepped_down").value(known_.stepped_down).key("probe");
    write_answer(json, known_.answer);
    json.end();
    if (auto written = write_file(file_, json.text() + "\n"); !written) {
        log_warning(written.error().within("remembering the graphics driver").what);
    }
}

GraphicsMemory GraphicsMemory::begin(const Path& data_folder, const std::string& cards, const Probe& probe, Instant now) {
    GraphicsMemory memory;
    if (!data_folder.empty()) {
        memory.file_ = data_folder / "graphics.json";
        memory.known_ = read(memory.file_);
    }
    memory.began_ = now;
    Known& known = memory.known_;
    bool learnt = false;
    if (!known.any || known.cards != cards) {
        known = Known{};
        known.any = true;
        known.cards = cards;
        auto answer = probe();
        if (answer) {
            known.answer = *answer;
        } else {
            log_info(answer.error().within("trying the GPU").what);
        }
        learnt = true;
    }
    if (known.unfinished_starts >= starts_before_stepping_down && known.stepped_down.empty()) {
        memory.step_down("two starts in a row did not come to an end");
        return memory;
    }
    if (known.stepped_down.empty()) memory.graphics_ = graphics_for(known.answer);
    // Below software there is nothing to step down to: no mark, and nothing to write on the way to the first picture.
    if (memory.graphics_.driver == Driver::gl) {
        ++known.unfinished_starts;
        memory.marked_ = true;
    }
    if (learnt || memory.marked_) memory.write();
    return memory;
}

void GraphicsMemory::step_down(std::string_view why) {
    log_warning(fmt::format("pictures are drawn without the GPU from now on: {}", why));
    graphics_ = {};
    known_.stepped_down = why;
    known_.unfinished_starts = 0;
    marked_ = false;
    write();
}

void GraphicsMemory::take_mark_away() {
    if (!marked_) return;
    marked_ = false;
    known_.unfinished_starts = 0;
    write();
}

void GraphicsMemory::running(Instant now) {
    if (marked_ && now - began_ >= healthy_after) take_mark_away();
}

void GraphicsMemory::clean_end() { take_mark_away(); }

std::string graphics_cards() {
    std::set<std::string> cards;  // in one order, whatever the folder's
    std::error_code failed;
    for (std::filesystem::directory_iterator at("/sys/class/drm", failed), end; !failed && at != end; at.increment(failed)) {
        const std::string vendor = number_in(at->path() / "device" / "vendor"), device = number_in(at->path() / "device" / "device");
        if (!vendor.empty()) cards.insert(vendor + ":" + device);
    }
    std::string all;
    for (const std::string& card : cards) all += (all.empty() ? "" : " ") + card;
    return all;
}

}  // namespace xinghuo
