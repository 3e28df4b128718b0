#include "kiosk/tour.h"

#include <fmt/format.h>

#include <algorithm>

namespace xinghuo {
namespace {

class Guide {
public:
    Guide(App& app, Drive& driver, Path folder, std::string prefix, std::function<void(const std::string&)> said)
        : app_(app), driver_(driver), folder_(std::move(folder)), prefix_(std::move(prefix)), said_(std::move(said)) {}

    void touch(std::string_view what) {
        if (failed_) return;
        if (auto done = driver_.touch(what); !done) fail(done.error());
    }
    void wait(double seconds) {
        if (!failed_) driver_.wait(seconds);
    }
    void picture(std::string_view name) {
        if (failed_) return;
        const Path file = folder_ / fmt::format("{}-{:02}-{}.png", prefix_, ++pictures_, name);
        if (auto done = driver_.shot(file); !done) return fail(done.error());
        const auto touchables = std::count_if(app_.labels().begin(), app_.labels().end(), [](const Label& l) { return l.touch; });
        said_(fmt::format("{}: {}, {} labels, {} to touch", file.filename().string(), app_.screen_id(),
                          static_cast<std::ptrdiff_t>(app_.labels().size()) - touchables, touchables));
    }
    [[nodiscard]] bool at(std::string_view screen) const { return !failed_ && app_.screen_id() == screen; }
    [[nodiscard]] bool can_touch(std::string_view id) const {
        return std::any_of(app_.labels().begin(), app_.labels().end(), [&](const Label& l) { return l.touch && l.id == id; });
    }
    void expect(std::string_view screen) {
        if (!failed_ && app_.screen_id() != screen)
            fail({ErrorKind::invalid, fmt::format("expected to be at {}, but this is {}", screen, app_.screen_id())});
    }
    [[nodiscard]] Result<int> result() const {
        if (failed_) return error_.within("the visit " + prefix_);
        return pictures_;
    }

private:
    void fail(Error error) {
        failed_ = true;
        error_ = error.within("after picture " + std::to_string(pictures_));
    }
    App& app_;
    Drive& driver_;
    Path folder_;
    std::string prefix_;
    std::function<void(const std::string&)> said_;
    int pictures_ = 0;
    bool failed_ = false;
    Error error_;
};

// Any answer will do: the first thing of each question that can be chosen.
void answer(Guide& visit) {
    for (const char* id : {"#option.0", "#chip.0", "#right.0"})
        if (visit.can_touch(std::string_view(id).substr(1))) {
            visit.touch(id);
            break;
        }
    // Matching: every card onto a place.
    for (int i = 0; i < 8 && visit.can_touch(fmt::format("left.{}", i)); ++i) {
        const std::string right = fmt::format("#right.{}", i);
        if (i > 0 && visit.can_touch(std::string_view(right).substr(1))) visit.touch(right);
        visit.touch(fmt::format("#left.{}", i));
    }
    if (visit.can_touch("confirm")) visit.touch("#confirm");
}

}  // namespace

Result<int> tour(App& app, Drive& driver, const Catalogue& catalogue, const Path& folder, const std::string& prefix,
                 const std::function<void(const std::string&)>& said) {
    Guide visit(app, driver, folder, prefix, said);
    visit.wait(3);
    visit.picture("attract");
    visit.touch("#attract");
    visit.expect("hall");
    visit.wait(0.6);
    visit.picture("hall");
    const auto figures = catalogue.items_of_kind("figure");
    if (!figures.empty()) {
        visit.touch("#hall.figures");
        visit.expect("figures");
        visit.wait(0.6);
        visit.picture("figures");
        visit.touch("#figure." + figures.front()->id);
        visit.expect("figure");
        visit.wait(5.3);
        visit.picture("figure-speaking");
        visit.wait(9);
        visit.picture("figure-gesture");
        if (visit.can_touch("figure.tab.1")) {
            visit.touch("#figure.tab.1");
            visit.wait(0.5);
            visit.picture("figure-life");
        }
        if (visit.can_touch("figure.tab.2")) {
            visit.touch("#figure.tab.2");
            visit.wait(0.5);
            visit.picture("figure-quotations");
        }
        visit.touch("#figure.quiz");
        visit.expect("quiz");
        visit.wait(0.5);
        visit.picture("quiz-question");
        for (int i = 0; i < 12 && visit.at("quiz"); ++i) {
            answer(visit);
            visit.wait(0.5);
            if (i < 2) visit.picture("quiz-explained");
            visit.touch("#next");
            visit.wait(0.5);
            if (i < 3 && visit.at("quiz")) visit.picture("quiz-question");
        }
        visit.expect("quiz-result");
        visit.wait(1.2);
        visit.picture("quiz-result");
        visit.touch("#hall");
        visit.expect("hall");
    }
    visit.touch("#hall.quiz");
    visit.expect("quiz-themes");
    visit.wait(0.5);
    visit.picture("quiz-themes");
    visit.touch("#bar.back");
    const auto films = catalogue.items_of_kind("film");
    if (!films.empty()) {
        visit.touch("#hall.lectures");
        visit.expect("films");
        visit.wait(0.6);
        visit.picture("films");
        visit.touch("#film." + films.front()->id);
        visit.expect("film");
        visit.wait(7);
        visit.picture("film-playing");
        visit.touch("#film.toggle");
        visit.wait(0.4);
        visit.picture("film-paused");
        visit.touch("#bar.back");
        visit.touch("#bar.back");
        visit.expect("hall");
    }
    // Pages of members and of the administrator, as somebody meets them first.
    for (const char* place : {"sign-in", "my-study", "activity", "admin"}) {
        if (app.study() == nullptr || !app.show(place)) continue;
        visit.wait(0.6);
        visit.picture(place);
    }
    if (auto shown = app.show("hall"); !shown) return shown.error();
    visit.wait(63);
    visit.expect("still-there");
    visit.picture("still-there");
    visit.wait(12);
    visit.expect("attract");
    visit.wait(2);
    visit.picture("attract-again");
    return visit.result();
}

}  // namespace xinghuo
