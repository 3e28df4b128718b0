#include "tools/packer/publish.h"

#include <catch2/catch.hpp>
#include <iomanip>
#include <sstream>

#include "content/quiz/shuffle.h"
#include "tests/support/signing_room.h"
#include "tools/packer/demo.h"

using namespace xinghuo;

TEST_CASE("a pack is published and a terminal finds it", "[publish]") {
    SigningRoom room;
    room.begin();
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now).empty());

    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}, {"b", "beta"}})));
    CHECK(room.heard("packs/tsinghua/first.json: new, version 1"));
    CHECK(room.heard("2 files added"));
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/first.json", 1}});

    // Only what is new is copied.
    room.must(room.publishing_pack(room.pack("first", 2, {{"a", "alpha"}, {"b", "gamma"}})));
    CHECK(room.heard("packs/tsinghua/first.json: version 1 → 2"));
    CHECK(room.heard("1 file added"));
    room.must(room.publishing_pack(room.pack("second", 7, {{"z", "alpha"}})));
    CHECK_FALSE(room.heard("file added"));
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/first.json", 2}, {"packs/tsinghua/second.json", 7}});

    const auto target = terminal.find("packs/tsinghua/first.json", room.repository(), room.now);
    REQUIRE(target);
    REQUIRE(target->has_value());
    CHECK((*target)->role == "packs-tsinghua");
    JsonDocument custom;
    REQUIRE(custom.parse((*target)->custom));
    CHECK(custom.root()["version"].integer() == 2);
    CHECK(custom.root()["title"].bilingual().zh == "包 first");
}

TEST_CASE("no pack goes back, and none changes without another version", "[publish]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 3, {{"a", "alpha"}})));
    const auto before = contents_of(room.repository());
    room.refused(room.publishing_pack(room.pack("first", 2, {{"a", "older"}})), "version 2 of first is older than 3");
    room.refused(room.publishing_pack(room.pack("first", 3, {{"a", "other"}})), "version 3 of first is published with other contents");
    CHECK(contents_of(room.repository()) == before);
    room.must(room.publishing_pack(room.pack("first", 3, {{"a", "alpha"}})));  // the same once more: only signed anew
}

TEST_CASE("whoever may not sign changes nothing", "[publish]") {
    SigningRoom room;
    room.begin();
    room.key("stranger");
    const std::string pack = room.pack("first", 1, {{"a", "alpha"}});
    const auto before = contents_of(room.repository());
    room.refused(room.publishing({"--pack", pack, "--targets-key", room.pem("stranger")}), "may not sign for packs/tsinghua/*");
    room.refused(room.publishing({"--pack", pack, "--targets-key", room.pem("centre")}), "may not sign for packs/tsinghua/*");
    room.refused(room.publishing({"--recall", "first@1", "--reason", "有误", "--targets-key", room.pem("tsinghua")}), "may not sign for rosters/*");
    room.refused({"publish", room.repository(), "--pack", pack, "--targets-key", room.pem("tsinghua")}, "the snapshot must be signed");
    room.refused({"publish", room.repository(), "--pack", pack, "--targets-key", room.pem("tsinghua"), "--snapshot-key", room.pem("timestamp"),
                  "--timestamp-key", room.pem("timestamp")}, "may not sign for snapshot");
    room.refused({"publish", room.repository(), "--refresh", "--timestamp-key", room.at("keys/gone.pem")}, "there is no key");
    room.refused({"publish", room.at("elsewhere"), "--refresh", "--timestamp-key", room.pem("timestamp")}, "no repository there");
    room.refused(room.publishing({"--pack", room.at("keys"), "--targets-key", room.pem("tsinghua")}), "is no built pack");
    CHECK(contents_of(room.repository()) == before);
}

TEST_CASE("a pack that is not what its manifest says is not published", "[publish]") {
    SigningRoom room;
    room.begin();
    const auto before = contents_of(room.repository());
    const std::string pack = room.pack("first", 1, {{"a", "alpha"}, {"b", "beta"}});
    const std::string beta = sha256_hex("beta", 4), alpha = sha256_hex("alpha", 5);
    const Path blob = Path(pack) / "blobs" / beta.substr(0, 2) / beta;
    REQUIRE(write_file(blob, "beto"));
    room.refused(room.publishing_pack(pack), "is not what its pack says");
    REQUIRE(write_file(blob, "bet"));
    room.refused(room.publishing_pack(pack), "has 3 bytes, not the 4");
    std::filesystem::remove(blob);
    room.refused(room.publishing_pack(pack), "its file b is not there");
    const auto after = contents_of(room.repository());
    for (const auto& [path, hash] : before) CHECK(after.at(path) == hash);
    // Nothing but a whole blob may be left over.
    for (const auto& [path, hash] : after)
        if (!before.contains(path)) CHECK(path == "blobs/" + alpha.substr(0, 2) + "/" + alpha);
}

TEST_CASE("a pack that nobody approved is neither signed nor published", "[publish]") {
    SigningRoom room;
    room.begin();
    const auto before = contents_of(room.repository());
    const std::string pack = room.pack("first", 1, {{"a", "alpha"}}, false);
    const Words signing{"sign", pack, "--repository", room.repository(), "--key", room.pem("tsinghua"), "--out", room.at("drafts")};
    room.refused(room.publishing_pack(pack), "nobody has approved first");
    room.refused(signing, "nobody has approved first");
    room.refused({"demo", pack, room.at("share/repository"), "--keys", room.at("demo-keys")}, "nobody has approved first");
    // Half an approval is none.
    const std::string manifest = *read_text(Path(pack) / "manifest.json");
    for (const std::string approval : {R"({"role":"","at":"2026-06-30"})", R"({"role":"史料审核"})", R"({"role":"史料审核","at":"last week"})"}) {
        std::string changed = manifest;
        changed.insert(1, "\"approvals\":[" + approval + "],");
        REQUIRE(write_file(Path(pack) / "manifest.json", changed));
        INFO(approval);
        room.refused(room.publishing_pack(pack), "approvals[0]");
    }
    CHECK(contents_of(room.repository()) == before);

    // Whoever signs may say who approved, and it stands in what is signed.
    REQUIRE(write_file(Path(pack) / "manifest.json", manifest));
    Words approved = signing;
    approved.insert(approved.end(), {"--approved-by", "史料审核"});
    room.must(approved);
    room.must(room.publishing({"--signed", room.draft("2.packs-tsinghua.json"), "--pack", pack}));
    CHECK(read_text(room.at("repository/metadata/2.packs-tsinghua.json"))->find("史料审核") != std::string::npos);
}

TEST_CASE("an organisation comes with its delegation", "[publish]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}})));
    room.key("pku", "p256");
    room.must({"keys", "delegate", room.repository(), "--organisation", "pku", "--role-key", room.pub("pku"), "--key", room.pem("targets"), "--out",
               room.at("drafts")});
    // A delegation to somebody who has signed nothing would stop every terminal's search.
    room.refused(room.publishing({"--signed", room.draft("2.targets.json")}), "packs-pku has signed nothing yet");
    const std::string pack = room.pack("lab", 4, {{"a", "alpha"}});
    SECTION("with its first pack") {
        room.must(room.publishing({"--signed", room.draft("2.targets.json"), "--pack", pack, "--targets-key", room.pem("pku")}));
    }
    SECTION("with nothing, and its first pack later") {
        room.must({"sign", "--renew", "packs-pku", "--repository", room.repository(), "--with", room.draft("2.targets.json"), "--key", room.pem("pku"), "--out",
                   room.at("drafts")});
        CHECK(room.heard("begins with nothing in it"));
        room.must(room.publishing({"--signed", room.draft("2.targets.json"), "--signed", room.draft("1.packs-pku.json")}));
        room.must(room.publishing({"--pack", pack, "--targets-key", room.pem("pku")}));
    }
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/pku/lab.json", 4}, {"packs/tsinghua/first.json", 1}});
    room.refused(room.publishing({"--pack", room.pack("lab", 5, {}), "--role", "packs-pku", "--targets-key", room.pem("tsinghua")}),
                 "may not sign for packs/pku/*");

    // Sent away again: its packs are nobody's, the others stay.
    room.must({"keys", "delegate", room.repository(), "--role", "packs-pku", "--withdraw", "--key", room.pem("targets"), "--out", room.at("drafts")});
    room.must(room.publishing({"--signed", room.draft("3.targets.json")}));
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/first.json", 1}});
}

TEST_CASE("two approvers sign one after the other", "[publish]") {
    SigningRoom room;
    room.begin();
    room.key("second");
    room.must({"keys", "delegate", room.repository(), "--organisation", "tsinghua", "--role-key", room.pub("tsinghua"), "--role-key", room.pub("second"),
               "--threshold", "2", "--key", room.pem("targets"), "--out", room.at("drafts")});
    // What one alone has signed is not enough any more.
    room.refused(room.publishing({"--signed", room.draft("2.targets.json")}), "packs-tsinghua: 1 of 2 signatures");
    room.must({"sign", "--renew", "packs-tsinghua", "--repository", room.repository(), "--with", room.draft("2.targets.json"), "--key", room.pem("tsinghua"),
               "--key", room.pem("second"), "--out", room.at("drafts")});
    room.must(room.publishing({"--signed", room.draft("2.targets.json"), "--signed", room.draft("2.packs-tsinghua.json")}));
    const std::string pack = room.pack("first", 1, {{"a", "alpha"}}), other = room.pack("other", 1, {{"a", "alpha"}});
    const std::string file = room.draft("3.packs-tsinghua.json");
    room.must({"sign", pack, "--repository", room.repository(), "--key", room.pem("tsinghua"), "--approved-by", "史料审核", "--out", room.at("drafts")});
    CHECK(room.heard("a new pack in this repository"));
    CHECK(room.heard("1 of 2 signatures; send the file to another approver"));
    room.refused(room.publishing({"--signed", file, "--pack", pack}), "packs-tsinghua: 1 of 2 signatures");
    room.refused(room.publishing_pack(pack), "1 of 2 signatures");
    room.refused({"sign", file, "--repository", room.repository(), "--key", room.pem("centre")}, "may not sign for packs/tsinghua/*");
    room.refused({"sign", file, "--repository", room.repository(), "--key", room.pem("second"), "--pack", other}, "not about this build of other");
    // The same approver twice is one signature.
    room.must({"sign", file, "--repository", room.repository(), "--key", room.pem("tsinghua")});
    CHECK(room.heard("1 of 2 signatures"));

    SECTION("the file is signed") {
        room.must({"sign", file, "--repository", room.repository(), "--key", room.pem("second"), "--pack", pack});
    }
    SECTION("the pack is signed again, into the same file") {
        room.must({"sign", pack, "--repository", room.repository(), "--key", room.pem("second"), "--out", room.at("drafts")});
        CHECK(room.heard("names exactly this pack"));
    }
    CHECK(room.heard("2 of 2 signatures: complete"));
    room.refused(room.publishing({"--signed", file}), "the pack that was signed is not given");
    room.must(room.publishing({"--signed", file, "--pack", pack}));
    room.refused(room.publishing({"--signed", file, "--pack", pack}), "sign again on top of that");
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/first.json", 1}});
}

TEST_CASE("a recall is published by the centre", "[publish]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 3, {{"a", "alpha"}})));
    room.refused(room.publishing({"--recall", "first@3", "--targets-key", room.pem("centre")}), "a recall needs its reason");
    room.refused(room.publishing({"--recall", "first", "--reason", "有误", "--targets-key", room.pem("centre")}), "write PACK@VERSION");
    room.refused(room.publishing({"--recall", "../x@1", "--reason", "有误", "--targets-key", room.pem("centre")}), "is no id of a pack");
    room.must(room.publishing({"--recall", "first@3", "--reason", "日期有误", "--reason-en", "A date is wrong", "--targets-key", room.pem("centre")}));
    CHECK(room.heard("recalls/first-3.json: new"));
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    const auto found = terminal.find("recalls/first-3.json", room.repository(), room.now);
    REQUIRE(found);
    REQUIRE(found->has_value());
    JsonDocument recall;
    REQUIRE(recall.parse(terminal.fetch(**found, room.repository())));
    CHECK(recall.root()["schema_version"].integer() == 1);
    CHECK(recall.root()["pack"].string() == "first");
    CHECK(recall.root()["versions"].items().at(0).integer() == 3);
    CHECK(recall.root()["reason"].bilingual().en == "A date is wrong");
    CHECK(wall_time_from_iso(recall.root()["at"].string()).unix_ms == wall_time_from_iso(room.now).unix_ms);
    CHECK(recall.good());

    REQUIRE(write_file(room.at("hall.json"), "{}"));
    room.must(room.publishing({"--file", "settings/hall.json=" + room.at("hall.json"), "--targets-key", room.pem("centre")}));
    room.refused(room.publishing({"--file", "packs/tsinghua/x.json=" + room.at("hall.json"), "--targets-key", room.pem("centre")}), "may not sign for");
    room.refused(room.publishing({"--file", "elsewhere/x.json=" + room.at("hall.json"), "--targets-key", room.pem("centre")}), "nobody delegates");
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.find("settings/hall.json", room.repository(), room.now)->has_value());
    CHECK(terminal.find("recalls/first-3.json", room.repository(), room.now)->has_value());
}

TEST_CASE("a network's timestamp is good for a week, and is refreshed", "[publish]") {
    SigningRoom room;
    room.begin();
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), "2026-07-07T00:00:00Z"));
    SignedTerminal late(room, "late");
    const auto expired = late.refresh(room.repository(), "2026-07-09T00:00:00Z");
    REQUIRE_FALSE(expired);
    CHECK(expired.error().kind == ErrorKind::expired);
    room.now = "2026-07-09T00:00:00Z";
    room.must({"publish", room.repository(), "--refresh", "--timestamp-key", room.pem("timestamp")});
    CHECK(room.heard("good until 2026-07-16"));
    REQUIRE(late.refresh(room.repository(), room.now));
    CHECK(late.client().versions().snapshot == terminal.client().versions().snapshot);

    // The root ends after five years, and then nobody publishes on top of it.
    room.now = "2031-08-01T00:00:00Z";
    room.refused(room.publishing({"--refresh"}), "the root expired on 2031-07-01; make the next one");
    room.must({"keys", "rotate", room.repository(), "--key", room.pem("root"), "--out", room.at("drafts")});
    room.refused(room.publishing({"--root", room.draft("2.root.json")}), "targets expired on 2028-06-30; sign it again");
}

TEST_CASE("metadata that somebody changed is not signed on top of", "[publish]") {
    SigningRoom room;
    room.begin();
    room.must(room.publishing_pack(room.pack("first", 1, {{"a", "alpha"}})));
    for (const std::string file : {"1.root.json", "2.snapshot.json", "1.targets.json", "2.packs-tsinghua.json", "timestamp.json"}) {
        const std::string path = room.at("repository/metadata/" + file), good = *read_text(path);
        std::string changed = good;
        changed.replace(changed.find("\"version\": "), 12, "\"version\": 5");
        INFO(file);
        REQUIRE(write_file(path, changed));
        CHECK(room.run(room.publishing({"--refresh"})) == 1);
        REQUIRE(write_file(path, good.substr(0, good.size() / 2)));
        CHECK(room.run(room.publishing({"--refresh"})) == 1);
        REQUIRE(write_file(path, good));
    }
    room.must(room.publishing({"--refresh"}));
}

TEST_CASE("after any publications a terminal sees exactly the newest packs", "[publish][property]") {
    SigningRoom room;
    room.begin();
    SignedTerminal often(room, "often");
    std::filesystem::create_directories(room.folder / "stick");
    ShownPacks expected;
    Chance chance(20'260'701);
    const char* ids[] = {"first", "second", "third"};
    std::map<std::string, int> versions;
    for (int step = 0; step < 25; ++step) {
        const std::string id = ids[chance.below(3)];
        switch (chance.below(6)) {
            case 0: room.must({"publish", room.repository(), "--refresh", "--timestamp-key", room.pem("timestamp")}); break;
            case 1: {
                if (versions[id] == 0) break;
                const int older = versions[id] - 1;
                if (older > 0) CHECK(room.run(room.publishing_pack(room.pack(id, older, {{"a", "older"}}))) == 1);
                break;
            }
            case 2: room.must(room.publishing({"--stick", room.at("stick")})); break;
            default: {
                versions[id] += 1 + static_cast<int>(chance.below(3));
                std::map<std::string, std::string> files;
                for (std::uint64_t i = 0, n = chance.below(5); i < n; ++i) files[fmt::format("f{}", i)] = std::string(chance.below(4), 'x') + ids[chance.below(3)];
                room.must(room.publishing_pack(room.pack(id, versions[id], files)));
                expected["packs/tsinghua/" + id + ".json"] = versions[id];
            }
        }
        if (chance.below(3) == 0) {
            REQUIRE(often.refresh(room.repository(), room.now));
            CHECK(often.packs(room.repository(), room.now) == expected);
        }
    }
    room.must(room.publishing({"--stick", room.at("stick")}));
    for (const Path& from : {Path(room.repository()), room.folder / "stick/xinghuo"}) {
        SignedTerminal fresh(room, "fresh-" + from.filename().string());
        REQUIRE(fresh.refresh(from, room.now));
        CHECK(fresh.packs(from, room.now) == expected);
    }
}

TEST_CASE("the demonstration is signed once, and again when it changes", "[publish]") {
    SigningRoom room;
    const std::string first = room.pack("demo", 1, {{"a", "alpha"}});
    const Words words{"demo", first, room.at("share/repository"), "--keys", room.at("demo-keys"), "--if-changed"};
    room.must(words);
    const auto before = contents_of(room.folder / "share");
    CHECK(before.at("root.json") == before.at("repository/metadata/1.root.json"));
    for (const auto& [path, hash] : before) CHECK(path.find(".pem") == std::string::npos);
    room.must(words);
    CHECK(room.heard("nothing has changed"));
    CHECK(contents_of(room.folder / "share") == before);

    // Built again with the same version: the demonstration may.
    room.pack("demo", 1, {{"a", "beta"}});
    room.must(words);
    std::filesystem::create_directories(room.folder / "repository/metadata");
    std::filesystem::copy_file(room.at("share/root.json"), room.at("repository/metadata/1.root.json"));
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.folder / "share/repository", "2036-01-01T00:00:00Z"));
    CHECK(terminal.packs(room.folder / "share/repository", "2036-01-01T00:00:00Z") == ShownPacks{{"packs/xinghuo/demo.json", 1}});

    // Without its keys it begins anew, under another root.
    std::filesystem::remove_all(room.folder / "demo-keys");
    room.must(words);
    CHECK(contents_of(room.folder / "share").at("root.json") != before.at("root.json"));
    SignedTerminal other(room, "other");
    CHECK_FALSE(other.refresh(room.folder / "share/repository", room.now));
}

TEST_CASE("the README's own lines lead from no key to a pack, a stick and a recall", "[publish]") {
    const auto readme = read_text(Path(XINGHUO_SOURCE_DIR) / "content/pack/README.md");
    REQUIRE(readme);
    SigningRoom room;
    std::filesystem::rename(room.pack("my-pack", 1, {{"a", "alpha"}}), room.at("my-pack-built"));
    std::filesystem::create_directories(room.folder / "stick");
    const std::size_t begins = readme->find("## Keys, signing, publishing");
    REQUIRE(begins != std::string::npos);
    std::istringstream lines(readme->substr(begins, readme->find("\n## ", begins) - begins));
    const Path before = std::filesystem::current_path();
    std::filesystem::current_path(room.folder);
    int followed = 0;
    bool shell = false;
    std::vector<std::string> failed;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) shell = line == "```sh";
        if (!shell || !line.starts_with("tools/pack ")) continue;
        Words words;
        std::istringstream rest(line.substr(11));
        for (std::string word; rest >> std::quoted(word);) words.push_back(word);
        if (words[0] == "keys" && words[1] == "make") words.emplace_back("--no-passphrase");  // sealing takes its time, on purpose
        ++followed;
        if (room.run(words) != 0) failed.push_back(line + "\n" + room.said);
    }
    std::filesystem::current_path(before);
    INFO(fmt::format("{}", fmt::join(failed, "\n")));
    CHECK(failed.empty());
    CHECK(followed >= 20);
    CHECK(std::filesystem::exists(room.at("my-pack.xhpack")));
    SignedTerminal terminal(room);
    REQUIRE(terminal.refresh(room.repository(), room.now));
    CHECK(terminal.packs(room.repository(), room.now) == ShownPacks{{"packs/tsinghua/my-pack.json", 1}});
    CHECK(terminal.find("recalls/my-pack-1.json", room.repository(), room.now)->has_value());
    CHECK(terminal.client().versions().root == 2);
}
