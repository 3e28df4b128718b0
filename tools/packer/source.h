// The source of a pack, as its authors wrote it, read and checked as a whole.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "content/base/file.h"
#include "content/base/lang.h"
#include "tools/packer/author_film.h"
#include "tools/packer/documents.h"
#include "tools/packer/gallery.h"
#include "tools/packer/pinyin.h"
#include "tools/packer/problems.h"
#include "tools/packer/voice.h"

namespace xinghuo {

struct SourceSegment {
    std::string id, speaker, gesture;
    Bilingual text, source;
    Path recording;  // empty: to be synthesized
};

struct SourceLifeEvent {
    std::string date;
    Bilingual place, text;
};

struct SourceQuotation {
    Bilingual text, source;
    int year = 0;
};

struct SourceFigure {
    std::string id, born, died;
    Bilingual name, epithet, bio, source, disclaimer;
    std::vector<SourceLifeEvent> life;
    std::vector<SourceQuotation> quotations;
    std::vector<SourceSegment> segments;
    std::vector<std::string> questions;
    std::string stage;  // the drawing, relative to the source
    VoiceSettings voice, narrator;
};

struct SourceStage {
    std::vector<double> parallax{0.25, 0.6, 1.0}, figure_box{0.36, 0.12, 0.28, 0.8};
};

struct SourceSlide {
    std::string id, poster;
    Bilingual heading, speaker_text, source;
    std::vector<Bilingual> bullets;
};

struct SourceLecture {
    std::string id;
    bool film = false;
    Bilingual title, summary, sources;
    std::vector<SourceSlide> slides;
    VoiceSettings voice;  // of the film
};

struct SourceEvent {
    std::string id, date, theme;
    Bilingual title, text, place, source;
};

struct SourceTheme {
    std::string id, years, category, poster;
    Bilingual title;
};

// Who looked and agreed: an office, never a person.
struct SourceApproval {
    std::string role, at;  // at: ISO date
};

struct SourceSection {
    std::string id, poster;
    Bilingual title;
};

struct Source {
    Path folder;
    std::string id, minimum_application;
    std::int64_t version = 0;
    Bilingual title, summary, licence;
    std::vector<std::string> languages;
    std::vector<SourceApproval> approvals;
    std::vector<SourceSection> sections;
    std::vector<SourceTheme> themes;
    std::map<std::string, std::string> posters;  // id → drawing, relative to the source
    std::map<std::string, std::vector<double>> poster_focus;  // id → x, y as shares: what must be seen
    std::map<std::string, SourceStage> stages;   // by drawing, relative to the source
    std::vector<SourceFigure> figures;
    std::vector<SourceLecture> lectures;
    std::vector<SourceEvent> events;
    std::vector<SourceDocument> documents;
    std::vector<SourceGallery> galleries;
    std::vector<SourceFilm> films;
    bool has_quiz = false;
    Pronouncer pronouncer;
};

// Everything that can be known without drawing or speaking is checked; what is wrong is added to problems. pack.json
// is needed; figures, lectures, timeline and quiz may be left out.
Source read_source(const Path& folder, Problems& problems);

// A text's sentences, the marks that end them included; spaces around them fall away. English ends where a full stop,
// question or exclamation mark (with closing quotes) is followed by a space and a capital letter or digit.
std::vector<std::string> sentences(const std::string& text, Lang lang);

// Parts of it, each one file.
void read_figures(Source& source, Problems& problems);
void read_lectures(Source& source, Problems& problems);
void read_events(Source& source, Problems& problems);
void check_quiz(Source& source, Problems& problems);
void read_scenes(Source& source, Problems& problems);
void read_pronunciations(Source& source, Problems& problems);
// Every part of rig.json has its group in figure.svg.
void check_drawing(const Source& source, const SourceFigure& figure, int line, Problems& problems);

}  // namespace xinghuo
