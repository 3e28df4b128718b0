// `xinghuo-server courier …`
#include <fmt/format.h>

#include "sync/server/courier_desk.h"
#include "sync/server/publish_api.h"

namespace xinghuo {

const char* const centre_courier_usage =
    "courier prepare STICK    registers a stick, and writes receipts and the repository to it\n"
    "courier take STICK       takes the records on it in, then does what prepare does\n";

int courier_main(const CentreCommand& command, const CentreKeys& keys, const std::string& organisation, const std::string& home_page) {
    const bool takes = command.words.size() == 2 && command.words[0] == "take", prepares = command.words.size() == 2 && command.words[0] == "prepare";
    if (!takes && !prepares) {
        command.complain(centre_courier_usage);
        return 2;
    }
    auto publisher = Publisher::open(command.data, command.now);
    if (!publisher) {
        command.complain(publisher.error().what);
        return 1;
    }
    DeskParts parts{command.sql, *publisher, keys, 1, organisation, home_page, command.data / "quarantine" / "courier"};
    CourierDesk desk(std::move(parts));
    const auto taken = takes ? desk.take(command.words[1], command.now) : desk.prepare(command.words[1], command.now);
    if (!taken) {
        command.complain(taken.error().what);
        return 1;
    }
    if (takes) command.say(fmt::format("{} chunks with {} records taken in", taken->chunks, taken->statements));
    for (const KioskId& kiosk : taken->enrolled) command.say("enrolled: " + kiosk.text);
    for (const std::string& line : taken->notes) command.say(line);
    for (const std::string& line : taken->wrong) command.complain(line);
    // Whoever enrols a terminal by this stick compares it with what the terminal shows.
    command.say("this centre's fingerprint: " + key_fingerprint(keys.now.public_key()));
    if (taken->quarantined > 0) command.complain(fmt::format("{} put aside in quarantine/courier", taken->quarantined));
    return 0;
}

}  // namespace xinghuo
