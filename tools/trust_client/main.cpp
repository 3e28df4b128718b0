// A client of The Update Framework for the command line, as github.com/theupdateframework/tuf-conformance calls it (CLIENT-CLI.md there):
//
//     trust_client --metadata-dir D init ROOT
//     trust_client --metadata-dir D --metadata-url U refresh
//     trust_client --metadata-dir D --metadata-url U --target-name T [--target-name T2 …] --target-base-url B --target-dir X download
//
// Options and verb in any order. Ends with 0, or with 1 and one line that says why.
#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "content/base/clock.h"
#include "content/base/crypto.h"
#include "content/base/file.h"
#include "content/trust/client.h"
#include "content/trust/key.h"
#include "sync/curl_transport.h"

namespace xinghuo {
namespace {

constexpr std::uint64_t largest_target_bytes = 1ull << 30;
constexpr std::size_t longest_file_name = 200;

struct Wishes {
    std::string verb, root;
    std::map<std::string, std::string> options;
    std::vector<std::string> targets;
};

Result<Wishes> read_wishes(const std::vector<std::string>& words) {
    Wishes wishes;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::string word = words[i];
        if (!word.starts_with("--")) {
            if (wishes.verb.empty()) wishes.verb = word;
            else if (wishes.verb == "init" && wishes.root.empty()) wishes.root = word;
            else return Error{ErrorKind::invalid, "what is \"" + word + "\"?"};
            continue;
        }
        std::string value;
        if (const std::size_t equals = word.find('='); equals != std::string::npos) {
            value = word.substr(equals + 1);
            word.resize(equals);
        } else if (i + 1 < words.size()) {
            value = words[++i];
        } else {
            return Error{ErrorKind::invalid, word + " needs a value"};
        }
        if (word == "--target-name") wishes.targets.push_back(value);
        else if (word == "--metadata-dir" || word == "--metadata-url" || word == "--target-base-url" || word == "--target-dir" || word == "--ca-file")
            wishes.options[word] = value;
        else return Error{ErrorKind::invalid, "there is no option " + word};
    }
    const auto needs = [&wishes](std::initializer_list<const char*> names) -> Result<void> {
        for (const char* name : names)
            if (wishes.options[name].empty()) return Error{ErrorKind::invalid, wishes.verb + " needs " + name};
        return {};
    };
    Result<void> complete;
    if (wishes.verb == "init") {
        complete = needs({"--metadata-dir"});
        if (complete && wishes.root.empty()) complete = Error{ErrorKind::invalid, "init needs the file of the first root"};
    } else if (wishes.verb == "refresh") {
        complete = needs({"--metadata-dir", "--metadata-url"});
    } else if (wishes.verb == "download") {
        complete = needs({"--metadata-dir", "--metadata-url", "--target-base-url", "--target-dir"});
        if (complete && wishes.targets.empty()) complete = Error{ErrorKind::invalid, "download needs --target-name"};
    } else {
        complete = Error{ErrorKind::invalid, "one of init, refresh, download"};
    }
    if (!complete) return complete.error();
    return wishes;
}

Result<std::unique_ptr<CurlTransport>> web(const Wishes& wishes, const char* which) {
    WebOptions options;
    options.base_url = wishes.options.at(which);
    options.plain_http = true;  // what is signed needs no secrecy, and a conformance suite serves itself
    if (const auto ca = wishes.options.find("--ca-file"); ca != wishes.options.end()) options.ca_file = ca->second;
    return CurlTransport::open(std::move(options));
}

// The whole name as one file name: nothing in it can lead out of the folder.
Path file_of(const Path& folder, const std::string& target) {
    std::string name = file_name_of_role(target);
    if (name.size() > longest_file_name) name = sha256_hex(target.data(), target.size());
    return folder / name;
}

bool is_here(const Path& file, const Target& target) {
    const auto bytes = read_text(file, target.length);
    if (!bytes || bytes->size() != target.length) return false;
    for (const auto& [name, hex] : target.hashes)
        if ((name == "sha512" ? sha512_hex(bytes->data(), bytes->size()) : sha256_hex(bytes->data(), bytes->size())) != hex) return false;
    return true;
}

Result<void> download(const std::string& name, const Wishes& wishes, TrustClient& client, Transport& metadata, Transport& targets, WallTime now) {
    const auto target = client.find(name, metadata, now, "");
    if (!target) return target.error();
    if (!*target) return Error{ErrorKind::missing, "nobody signs a target of this name"};
    if ((*target)->length > largest_target_bytes) return Error{ErrorKind::too_large, fmt::format("{} bytes", (*target)->length)};
    const Path file = file_of(wishes.options.at("--target-dir"), name);
    if (is_here(file, **target)) return {};
    const auto bytes = client.fetch(**target, targets, largest_target_bytes, "");
    if (!bytes) return bytes.error();
    return write_file(file, *bytes);
}

Result<void> run(const Wishes& wishes, WallTime now) {
    const Path folder = wishes.options.at("--metadata-dir");
    if (wishes.verb == "init") {
        const auto root = read_text(wishes.root, TrustLimits{}.root_bytes);
        if (!root) return root.error();
        return TrustClient::init(folder, *root);
    }
    auto client = TrustClient::open(folder);
    if (!client) return client.error();
    const auto metadata = web(wishes, "--metadata-url");
    if (!metadata) return metadata.error();
    if (auto fresh = client->refresh(**metadata, now, ""); !fresh) return fresh;
    if (wishes.verb == "refresh") return {};
    const auto targets = web(wishes, "--target-base-url");
    if (!targets) return targets.error();
    Result<void> all;
    for (const std::string& name : wishes.targets)
        if (auto done = download(name, wishes, *client, **metadata, **targets, now); !done && all) all = done.error().within(name);
    return all;
}

}  // namespace
}  // namespace xinghuo

int main(int count, char** words) {
    using namespace xinghuo;
    const auto wishes = read_wishes({words + 1, words + count});
    // The clock as it is: who tests with a false one means it.
    const Result<void> done = wishes ? run(*wishes, SystemClock().wall()) : Result<void>(wishes.error());
    if (done) return 0;
    fmt::print(stderr, "trust_client: {}\n", done.error().what);
    return 1;
}
