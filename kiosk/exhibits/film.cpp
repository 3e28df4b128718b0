// A film: the picture, captions under it, chapters beside it, and the few things one does with a film.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "content/base/log.h"
#include "content/exhibit/film.h"
#include "kiosk/exhibits/exhibit.h"
#include "kiosk/gfx/film_picture.h"
#include "kiosk/widgets.h"
#include "media/player.h"
#include "media/subtitles.h"

namespace xinghuo {
namespace {

constexpr std::array<double, 4> speeds{0.75, 1.0, 1.25, 1.5};

class FilmExhibit final : public Exhibit {
public:
    FilmExhibit(Film film, std::map<Lang, Subtitles> captions, Renderer& renderer)
        : film_(std::move(film)), captions_(std::move(captions)), picture_(renderer) {}

    Wish frame(Frame& frame) override {
        ground(frame, true);
        drive_player(frame);
        const Layout place = layout(frame);
        screen(frame, place.film);
        if (captions_on_) caption(frame, place.caption);
        transport(frame, place.transport);
        chapters(frame, place.chapters);
        Wish wish;
        if (top_bar(frame, film_.title.in(frame.lang), true).back) wish.what = Wish::What::back;
        return wish;
    }

private:
    struct Layout {
        Rect film, caption, transport, chapters;
    };

    [[nodiscard]] static Layout layout(const Frame& frame) {
        Layout l;
        Rect place = frame.screen.inset(frame.margin, 0);
        place.cut_top(top_bar_height);
        place.cut_bottom(space::l);
        if (frame.portrait) {
            l.film = place.cut_top(place.w * 9 / 16);
            place.cut_top(space::m);
            l.caption = place.cut_top(176 * text_growth(frame));
            place.cut_top(space::m);
            l.transport = place.cut_top(200);
            place.cut_top(space::l);
            l.chapters = place;
        } else {
            l.transport = place.cut_bottom(88);
            place.cut_bottom(space::s);
            l.chapters = place.cut_right(440);
            place.cut_right(space::l);
            const float caption_h = 124 * text_growth(frame);
            const float w = std::min(place.w, (place.h - caption_h - space::xs) * 16 / 9);
            // On a tall screen the picture and its caption stay together.
            const float spare = place.h - caption_h - space::xs - w * 9 / 16;
            l.film = {place.x + (place.w - w) / 2, place.y + spare * 0.4f, w, w * 9 / 16};
            l.caption = {place.x, l.film.bottom() + space::xs, place.w, caption_h};
        }
        return l;
    }

    void drive_player(Frame& frame) {
        if (!player_ && !broken_) {
            const auto file = frame.checked_file(film_.film);
            if (!file) return;
            if (!*file) return break_off(file->error());
            player_ = Player::open(**file, frame.audio, {.with_picture = true, .wait_for_decoder = frame.wait_for_decoder});
            player_->play();
        }
        if (!player_) return;
        player_->pump(frame.now);
        switch (player_->state()) {
            case PlayerState::failed: return break_off(player_->error());
            case PlayerState::playing:
                frame.present = true;
                frame.animate();
                break;
            case PlayerState::opening: frame.animate(); break;
            case PlayerState::paused:
                if (player_->next_picture_at()) frame.animate();  // of the place it was put to, on its way
                break;
            case PlayerState::ended: break;
        }
        if (const auto due = player_->picture()) picture_.show(*due);
    }

    void break_off(const Error& error) {
        log_warning(error.within("playing " + film_.film).what);
        player_.reset();
        broken_ = true;
    }

    void screen(Frame& frame, Rect box) {
        const Theme& theme = frame.theme;
        frame.canvas.fill(box, rgb(0x000000));
        if (broken_) {
            const float h = std::min(260.0f, box.h);
            notice(frame, {box.x, box.y + (box.h - h) / 2, box.w, h}, frame.words("film.broken.title"), frame.words("film.broken.text"), true);
            return;
        }
        if (picture_.id() != 0) {
            const float shape = picture_.shape(), w = std::min(box.w, box.h * shape), h = w / shape;
            frame.canvas.film(picture_.id(), {box.x + (box.w - w) / 2, box.y + (box.h - h) / 2, w, h});
        } else {
            frame.canvas.picture_cover(frame.pack_picture(film_.poster, box.size()), box, {0.5f, 0.5f});
            frame.canvas.text(frame.words("film.opening"), box, {Face::sans, type::body, theme.bone, Align::centre, 1.4f, 1, true});
        }
        const bool still = player_ && (player_->state() == PlayerState::paused || player_->state() == PlayerState::ended);
        const std::string name = frame.words(still ? (player_->state() == PlayerState::ended ? "film.replay" : "film.play") : "film.pause");
        if (pressable(frame, "film.screen", name, box).clicked) toggle();
        if (still) {
            const Vec2 c = box.centre();
            frame.canvas.circle(c, 84, theme.night.with_alpha(0.72f));
            icon(frame, player_->state() == PlayerState::ended ? "icons/replay.png" : "icons/play.png", {c.x - 48, c.y - 48, 96, 96}, theme.bone);
        }
    }

    void caption(Frame& frame, Rect box) {
        const auto found = captions_.find(frame.lang);
        const Subtitles* shown = found != captions_.end() ? &found->second : captions_.empty() ? nullptr : &captions_.begin()->second;
        const auto cue = shown == nullptr || !player_ ? std::nullopt : shown->cue_at(player_->position());
        frame.canvas.fill(box, frame.theme.night.with_alpha(0.6f), space::radius);
        if (cue)
            frame.canvas.text(shown->cues()[*cue].text, box.inset(space::m, space::xs), {Face::sans, 38, frame.theme.bone, Align::centre, 1.45f, 0, true, 28});
    }

    void transport(Frame& frame, Rect box) {
        const Theme& theme = frame.theme;
        const bool playing = player_ && player_->state() == PlayerState::playing;
        const bool ended = player_ && player_->state() == PlayerState::ended;
        const Milliseconds length = player_ && player_->duration().count() > 0 ? player_->duration() : film_.duration;
        const Milliseconds now = player_ ? player_->position() : Milliseconds(0);
        Rect row = frame.portrait ? box.cut_top(88) : box;
        const ButtonLook look{Tone::on_night, playing ? "icons/pause.png" : ended ? "icons/replay.png" : "icons/play.png", false, false, player_ != nullptr, 32};
        if (button(frame, "film.toggle", frame.words(playing ? "film.pause" : ended ? "film.replay" : "film.play"), row.cut_left((frame.lang == Lang::zh ? 220.0f : 230.0f) * text_growth(frame)), look)) toggle();
        row.cut_left(space::m);
        if (!frame.portrait) {
            settings(frame, row.cut_right(760 * text_growth(frame)));
            row.cut_right(space::m);
        }
        const Rect clock = row.cut_right(190 * text_growth(frame));
        std::vector<float> marks;
        for (const Chapter& c : film_.chapters) marks.push_back(static_cast<float>(c.start.count()) / static_cast<float>(length.count()));
        const float at = static_cast<float>(now.count()) / static_cast<float>(std::max<std::int64_t>(1, length.count()));
        const Slide slide = slider(frame, "film.seek", frame.words("film.seek"), row, at, marks, true);
        if (slide.chosen && player_) player_->seek(Milliseconds(static_cast<std::int64_t>(*slide.chosen * static_cast<float>(length.count()))));
        const Milliseconds shown = slide.dragging ? Milliseconds(static_cast<std::int64_t>(slide.shown * static_cast<float>(length.count()))) : now;
        frame.canvas.text(minutes(shown) + " / " + minutes(length), clock, {Face::sans, 30, theme.bone_2, Align::right, 1.3f, 1, true});
        if (frame.portrait) {
            box.cut_top(space::m);
            settings(frame, box);
        }
    }

    void settings(Frame& frame, Rect row) {
        const std::string words = frame.words(captions_on_ ? "film.captions_off" : "film.captions");
        if (button(frame, "film.captions", words, row.cut_left((frame.portrait ? 300.0f : 270.0f) * text_growth(frame)), {Tone::on_night, "icons/captions.png", false, false, true, 30}))
            captions_on_ = !captions_on_;
        row.cut_left(space::m);
        int chosen = 1;
        for (std::size_t i = 0; i < speeds.size(); ++i)
            if (speeds[i] == speed_) chosen = static_cast<int>(i);
        const int touched = segments(frame, "film.speed", {"0.75×", "1×", "1.25×", "1.5×"}, chosen, row, true);
        if (touched < 0) return;
        speed_ = speeds[static_cast<std::size_t>(touched)];
        if (player_) player_->set_speed(speed_);
    }

    void chapters(Frame& frame, Rect box) {
        const Theme& theme = frame.theme;
        frame.canvas.text(frame.words("film.chapters"), box.cut_top(56), {Face::serif_bold, 36, theme.gold_on_night, Align::left, 1.3f, 1, true});
        voice_notice(frame, box);
        const float growth = text_growth(frame);
        const std::size_t current = player_ ? film_.chapter_at(player_->position()) : film_.chapters.size();
        scroll_area(frame, "film.chapters.scroll", box, scroll_, [&](Rect content) {
            const float top = content.y;
            for (std::size_t i = 0; i < film_.chapters.size(); ++i) {
                const Chapter& chapter = film_.chapters[i];
                const std::string& title = chapter.title.in(frame.lang);
                TextStyle style{i == current ? Face::sans_bold : Face::sans, 30, i == current ? theme.gold_on_night : theme.bone, Align::left, 1.4f, 2, true};
                const float text_w = content.w - 24 - 92 * growth;
                // A little smaller, where that saves a line with one character on it.
                if (frame.canvas.measure(title, style).x > text_w) style.size = type::caption;
                if (frame.canvas.measure(title, style).x > text_w) style.size = 30;
                const float h = std::max(80.0f, frame.canvas.measure(title, style, text_w).y + 28);
                const Rect row = content.cut_top(h);
                content.cut_top(space::xs);
                const std::string id = fmt::format("film.chapter.{}", i);
                const Press press = pressable(frame, id, title, row);
                if (i == current || press.held) frame.canvas.fill(row, theme.bone.with_alpha(press.held ? 0.24f : 0.10f), 16);
                frame.canvas.text(minutes(chapter.start), {row.x + 16, row.y, 92 * growth, row.h}, {Face::sans, 28, theme.bone_2, Align::left, 1.3f, 1, true});
                frame.canvas.text(title, {row.x + 20 + 92 * growth, row.y, text_w, row.h}, style);
                ripple(frame, id, row, theme.bone);
                if (press.clicked && player_) {
                    player_->seek(chapter.start);
                    player_->play();
                }
            }
            return content.y - top;
        }, true);
    }

    // Captions in a language that is not spoken, or a voice that nobody recorded, say so.
    void voice_notice(Frame& frame, Rect& box) {
        const bool other_voice = film_.voice != frame.lang;
        if (!other_voice && !film_.synthetic_voice) return;
        const std::string words = frame.words(other_voice ? "film.other_voice" : "film.synthetic_voice");
        const TextStyle style{Face::sans, type::caption, frame.theme.bone_2, Align::left, 1.35f};
        const float h = frame.canvas.measure(words, style, box.w).y;
        frame.canvas.text(words, box.cut_top(h + 2), style);
        box.cut_top(space::s);
    }

    void toggle() {
        if (!player_) return;
        switch (player_->state()) {
            case PlayerState::playing: return player_->pause();
            case PlayerState::ended:
                player_->seek(Milliseconds(0));
                return player_->play();
            default: return player_->play();
        }
    }

    Film film_;
    std::map<Lang, Subtitles> captions_;
    FilmPicture picture_;
    std::unique_ptr<Player> player_;
    bool broken_ = false, captions_on_ = true;
    double speed_ = 1;
    Scroll scroll_;
};

Result<std::unique_ptr<Exhibit>> open(const Item& item, const Frame& frame) {
    auto text = frame.catalogue->read_text(item.file);
    if (!text) return text.error();
    auto film = read_film(*text);
    if (!film) return film.error().within("reading " + item.file);
    std::map<Lang, Subtitles> captions;
    for (const auto& [lang, path] : film->captions) {
        auto vtt = frame.catalogue->read_text(path);
        auto read = vtt ? read_vtt(*vtt) : Result<Subtitles>(vtt.error());
        // A film without its captions is still a film.
        if (read) captions.emplace(lang, std::move(*read));
        else log_warning(read.error().within("captions " + path).what);
    }
    return std::make_unique<FilmExhibit>(std::move(*film), std::move(captions), frame.canvas.renderer());
}

}  // namespace

extern const ExhibitKind film_kind;
const ExhibitKind film_kind{"film", open};

}  // namespace xinghuo
