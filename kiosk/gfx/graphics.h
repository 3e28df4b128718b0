// Which way pictures are drawn on this machine, remembered from start to start.
//
// graphics.json in the data folder holds what was found out. The first start asks a probe; later starts believe the
// file, until the machine's graphics cards change. A start on the GPU leaves a mark that is taken away after 30 s of
// running or at a clean end; two marks in a row mean that the GPU's driver takes the program down, and from then on
// pictures are made without it. Deleting the file asks again. Main thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/file.h"
#include "content/base/result.h"
#include "kiosk/gfx/renderer.h"

namespace xinghuo {

struct Graphics {
    Driver driver = Driver::software;
    bool reduced_effects = true;  // static grounds, few things moving
    int frames_per_second = 30;   // at most
};

// What a trial of the GPU said.
struct ProbeAnswer {
    bool works = false;          // its picture is the picture it should be
    bool by_processor = false;   // GL, but computed without a GPU
    double frame_ms = 0;         // a full 1920 × 1080 screen, three layers deep; 0: not measured
    std::string renderer;        // as the driver calls itself
};
std::string probe_answer_json(const ProbeAnswer& answer);
Result<ProbeAnswer> read_probe_answer(std::string_view json);

// A GPU that needs longer than this for a screen is worse than none.
inline constexpr double slowest_gpu_frame_ms = 30;
// Slower than this it draws, but without the rich effects.
inline constexpr double rich_gpu_frame_ms = 10;
Graphics graphics_for(const ProbeAnswer& answer);

class GraphicsMemory {
public:
    using Probe = std::function<Result<ProbeAnswer>()>;
    // Reads what is remembered or asks the probe, and leaves the mark. A file that cannot be read counts as none; one that
    // cannot be written is logged, and asked again next time. cards: what graphics_cards() says.
    static GraphicsMemory begin(const Path& data_folder, const std::string& cards, const Probe& probe, Instant now);

    [[nodiscard]] const Graphics& graphics() const { return graphics_; }
    // The GPU could not be opened after all: software now and, until the file goes, from now on.
    void step_down(std::string_view why);
    // Any time; after 30 s it takes the mark away.
    void running(Instant now);
    void clean_end();

private:
    struct Known {
        bool any = false;
        ProbeAnswer answer;
        std::string cards;
        int unfinished_starts = 0;
        std::string stepped_down;  // why; empty: not
    };
    static Known read(const Path& file);
    void write();
    void take_mark_away();

    Path file_;
    Known known_;
    Graphics graphics_;
    Instant began_;
    bool marked_ = false;
};

// The vendor and device numbers of the graphics cards the kernel knows, e.g. "8086:3e98"; empty: none.
std::string graphics_cards();

}  // namespace xinghuo
