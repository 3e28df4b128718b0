#include "kiosk/input/ime.h"

#include <rime_api.h>

#include <exception>
#include <optional>

namespace xinghuo {
namespace {

constexpr const char* schema = "xinghuo_pinyin";
constexpr const char* tables = "/usr/share/rime-data";
constexpr int backspace_key = 0xff08, page_up_key = 0xff55, page_down_key = 0xff56;  // X11's keysyms, which rime speaks

// rime tells its versions' structures apart by what they say their size is.
template <class T>
T sized() {
    T all{};
    RIME_STRUCT_INIT(T, all);
    return all;
}

// librime is one for the whole process; it is set up with the first folder and stays.
Result<RimeApi*> rime(const Path& folder) {
    static std::optional<Path> here;
    RimeApi* api = rime_get_api();
    if (here) {
        if (*here != folder) return Error{ErrorKind::unsupported, "the input method was opened from another folder before"};
        return api;
    }
    static std::string own, prebuilt;  // rime keeps the pointers
    static const char* modules[] = {"core", "dict", "gears", nullptr};
    own = folder.string();
    prebuilt = std::string(tables) + "/build";
    auto traits = sized<RimeTraits>();
    traits.shared_data_dir = tables;
    traits.user_data_dir = own.c_str();
    traits.prebuilt_data_dir = prebuilt.c_str();
    traits.staging_dir = own.c_str();
    traits.distribution_name = traits.distribution_code_name = "xinghuo";
    traits.distribution_version = "1";
    traits.app_name = "rime.xinghuo";
    traits.min_log_level = 3;
    traits.log_dir = "";
    traits.modules = modules;
    api->setup(&traits);
    api->initialize(&traits);
    here = folder;
    return api;
}

class Rime final : public InputMethod {
public:
    Rime(RimeApi& api, RimeSessionId session) : api_(api), session_(session) {}
    ~Rime() override {
        guarded([&] { api_.destroy_session(session_); });
    }

    Writing writing() const override {
        Writing now;
        guarded([&] {
            auto context = sized<RimeContext>();
            if (api_.get_context(session_, &context) == False) return;
            if (context.composition.length > 0 && context.composition.preedit != nullptr) now.shown = context.composition.preedit;
            for (int i = 0; i < context.menu.num_candidates; ++i) now.candidates.emplace_back(context.menu.candidates[i].text);
            now.has_before = context.menu.page_no > 0;
            now.has_after = context.menu.num_candidates > 0 && context.menu.is_last_page == False;
            api_.free_context(&context);
        });
        return now;
    }
    void letter(char letter) override {
        const bool separator = letter == '\'';
        if ((letter < 'a' || letter > 'z') && !(separator && !input().empty())) return;
        if (input().size() < most_letters) key(letter);
    }
    void erase() override {
        if (!input().empty()) key(backspace_key);
    }
    void clear() override {
        guarded([&] { api_.clear_composition(session_); });
    }
    void turn_page(bool forward) override {
        const Writing now = writing();
        if (forward ? now.has_after : now.has_before) key(forward ? page_down_key : page_up_key);
    }
    std::string choose(std::size_t candidate) override {
        if (candidate >= writing().candidates.size()) return {};
        std::string done;
        guarded([&] {
            api_.select_candidate_on_current_page(session_, candidate);
            done = committed();
        });
        return done;
    }
    std::string take_letters() override {
        std::string letters = input();
        std::erase(letters, '\'');
        clear();
        return letters;
    }

private:
    // The library throws when its files are damaged; then there is nothing to write with, and the letters remain.
    template <class Do>
    static void guarded(const Do& work) {
        try {
            work();
        } catch (const std::exception&) {
        }
    }
    void key(int code) {
        guarded([&] { api_.process_key(session_, code, 0); });
    }
    std::string input() const {
        std::string letters;
        guarded([&] {
            const char* now = api_.get_input(session_);
            if (now != nullptr) letters = now;
        });
        return letters;
    }
    std::string committed() const {
        auto commit = sized<RimeCommit>();
        if (api_.get_commit(session_, &commit) == False) return {};
        std::string text = commit.text;
        api_.free_commit(&commit);
        return text;
    }

    RimeApi& api_;
    const RimeSessionId session_;
};

}  // namespace

Result<std::unique_ptr<InputMethod>> InputMethod::open(const Path& folder) {
    const auto missing = [](const std::string& what) { return Error{ErrorKind::missing, "writing pinyin: " + what}; };
    std::error_code failed;
    if (!std::filesystem::exists(folder / (std::string(schema) + ".schema.yaml"), failed)) return missing("its schema is not there");
    if (!std::filesystem::exists(Path(tables) / "build" / "pinyin_simp.table.bin", failed)) return missing("rime-data-pinyin-simp is not installed");
    try {
        auto api = rime(std::filesystem::absolute(folder));
        if (!api) return api.error();
        const RimeSessionId session = (*api)->create_session();
        if (session == 0 || (*api)->select_schema(session, schema) == False) return missing("no session");
        auto opened = std::make_unique<Rime>(**api, session);
        // A schema whose tables do not load is selected all the same, and finds nothing.
        opened->letter('a');
        const bool works = !opened->writing().candidates.empty();
        opened->clear();
        if (!works) return missing("the tables do not load");
        return opened;
    } catch (const std::exception&) {
        return missing("the library does not start");
    }
}

}  // namespace xinghuo
