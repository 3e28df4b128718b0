#include "kiosk/screens/admin_roster_work.h"

#include <algorithm>

#include "content/base/log.h"

namespace xinghuo {
namespace {

constexpr std::size_t most_tables = 200;

void post(const RosterBox& box, RosterLetter letter) {
    if (!box->post(std::move(letter))) log_warning("what was done with a roster has no place to arrive");
}

bool is_table(const Path& file) {
    std::string ending = file.extension();
    std::transform(ending.begin(), ending.end(), ending.begin(), [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return ending == ".csv" || ending == ".xlsx";
}

std::vector<RosterTable> incoming(const StudyFiles& files) {
    std::vector<RosterTable> found;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(incoming_folder(files), failed), end; !failed && entry != end && found.size() < most_tables; entry.increment(failed)) {
        std::error_code unknown;
        if (entry->is_symlink(unknown) || !entry->is_regular_file(unknown) || !is_table(entry->path())) continue;
        found.push_back({false, entry->path().filename(), entry->file_size(unknown)});
    }
    std::sort(found.begin(), found.end(), [](const RosterTable& a, const RosterTable& b) { return a.path < b.path; });
    return found;
}

// The record, from another thread.
struct Beside {
    std::unique_ptr<Database> db;
    std::unique_ptr<SecretKey> store;
    std::unique_ptr<SigningKey> device;
    std::unique_ptr<Records> records;

    static Result<Beside> open(const StudyFiles& files, std::int64_t boot) {
        Beside beside;
        auto db = Database::open(files.database());
        if (!db) return db.error();
        auto store = SecretKey::load_or_make(files.store_key());
        if (!store) return store.error();
        auto device = SigningKey::load_or_make(files.device_key());
        if (!device) return device.error();
        beside.db = std::move(*db);
        beside.store = std::make_unique<SecretKey>(std::move(*store));
        beside.device = std::make_unique<SigningKey>(std::move(*device));
        // Records of this boot, as the kiosk's own.
        std::string boot_id;
        {
            auto rows = beside.db->query("SELECT boot_id FROM boot WHERE number = ?1", boot);
            if (!rows) return rows.error();
            if (rows->next()) boot_id = rows->text(0);
            if (auto end = rows->end(); !end) return end.error();
        }
        auto records = Records::open(*beside.db, *beside.device, boot_id);
        if (!records) return records.error();
        beside.records = std::make_unique<Records>(std::move(*records));
        return beside;
    }
};

Result<RosterTables> tables(const std::optional<Stick>& stick, const StudyFiles& files) {
    RosterTables all;
    if (stick) {
        auto found = find_tables(*stick);
        if (!found) return found.error();
        for (StickFile& file : *found) all.found.push_back({true, std::move(file.path), file.size_bytes});
    }
    for (RosterTable& table : incoming(files)) all.found.push_back(std::move(table));
    return all;
}

Result<RosterRead> read(const std::optional<Stick>& stick, const StudyFiles& files, const RosterTable& table) {
    if (table.on_stick && !stick) return Error{ErrorKind::missing, "the stick is not there any more"};
    if (!is_safe_relative_path(table.path)) return Error{ErrorKind::invalid, "not a path of a table"};
    auto bytes = table.on_stick ? read_from(*stick, table.path, table_limit_bytes) : read_bytes(incoming_folder(files) / table.path, table_limit_bytes);
    if (!bytes) return bytes.error();
    auto sheet = read_table(*bytes);
    if (!sheet) return sheet.error();
    auto roster = read_roster(*sheet);
    if (!roster) return roster.error();
    auto db = Database::open(files.database());
    if (!db) return db.error();
    auto key = SecretKey::load_or_make(files.store_key());
    if (!key) return key.error();
    auto records = Records::open_to_read(**db);
    if (!records) return records.error();
    auto preview = Roster(**db, *key, *records).preview(*roster);
    if (!preview) return preview.error();
    return RosterRead{table, std::make_shared<const RosterFile>(std::move(*roster)), std::make_shared<const RosterPreview>(std::move(*preview))};
}

Result<RosterTaken> change(const StudyFiles& files, std::int64_t boot, const RosterFile* roster, const Moment& moment) {
    auto beside = Beside::open(files, boot);
    if (!beside) return beside.error();
    Roster there(*beside->db, *beside->store, *beside->records);
    if (auto done = roster != nullptr ? there.apply(*roster, moment) : there.undo_last(moment); !done) return done.error();
    return RosterTaken{};
}

}  // namespace

void find_rosters(const std::optional<Stick>& stick, const StudyFiles& files, const RosterBox& box) { post(box, tables(stick, files)); }

void read_roster_table(const std::optional<Stick>& stick, const StudyFiles& files, const RosterTable& table, const RosterBox& box) {
    post(box, read(stick, files, table));
}

void take_roster(const StudyFiles& files, std::int64_t boot, const std::shared_ptr<const RosterFile>& roster, const Moment& moment, const RosterBox& box) {
    post(box, change(files, boot, roster.get(), moment));
}

void take_roster_back(const StudyFiles& files, std::int64_t boot, const Moment& moment, const RosterBox& box) {
    post(box, change(files, boot, nullptr, moment));
}

}  // namespace xinghuo
