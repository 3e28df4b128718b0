#include "sync/curl_transport.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sync/curl_exchange.h"

namespace xinghuo {
namespace {

constexpr int most_redirections = 3;
constexpr std::uint64_t longest_refusal_bytes = 64 * 1024;  // read of a 404's page, to keep the connection

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

struct Origin {
    std::string scheme, host, port;
    bool operator==(const Origin&) const = default;
    [[nodiscard]] bool loopback() const { return host == "localhost" || host == "[::1]" || host == "127.0.0.1" || (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos); }
    [[nodiscard]] std::string text() const {
        const bool usual = (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
        return scheme + "://" + host + (usual ? "" : ":" + port);
    }
};

std::optional<Origin> origin_of(const std::string& address) {
    const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
    if (url == nullptr || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK) return std::nullopt;
    const auto part = [&url](CURLUPart which, unsigned flags) {
        char* text = nullptr;
        if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return std::string();
        std::string out = lower(text);
        curl_free(text);
        return out;
    };
    Origin origin{part(CURLUPART_SCHEME, 0), part(CURLUPART_HOST, 0), part(CURLUPART_PORT, CURLU_DEFAULT_PORT)};
    if (origin.scheme.empty() || origin.host.empty()) return std::nullopt;
    return origin;
}

// What a URL cannot hold is encoded; what is encoded already stays so (names of roles come encoded).
std::string encoded(std::string_view path) {
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto c = static_cast<unsigned char>(path[i]);
        const bool plain = c < 0x80 && (std::isalnum(c) != 0 || std::string_view("-._~/!$&'()*+,;=:@").find(static_cast<char>(c)) != std::string_view::npos);
        const bool encoded_already = c == '%' && i + 2 < path.size() && std::isxdigit(static_cast<unsigned char>(path[i + 1])) != 0 &&
                                     std::isxdigit(static_cast<unsigned char>(path[i + 2])) != 0;
        if (plain || encoded_already) out += static_cast<char>(c);
        else out += fmt::format("%{:02X}", c);
    }
    return out;
}

// What one answer says, and where its bytes go.
struct Answer {
    CURL* curl = nullptr;
    const Transport::Take* take = nullptr;
    const std::function<void()>* restart = nullptr;
    std::uint64_t from = 0, limit = 0, given = 0, refused_bytes = 0;
    bool json = false, begun = false;
    std::string content_type, content_range, date;
    std::optional<Error> wrong;
    [[nodiscard]] long status() const {
        long code = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
        return code;
    }
};

Error login_page() { return {ErrorKind::io, "a login page answered instead"}; }

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
    auto& answer = *static_cast<Answer*>(user);
    const std::string_view line(data, size * count);
    if (line.starts_with("HTTP/")) {  // a proxy's or an interim answer came before
        answer.content_type.clear();
        answer.content_range.clear();
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    const std::string name = lower(line.substr(0, colon));
    std::string value(line.substr(colon + 1));
    value.erase(0, value.find_first_not_of(" \t"));
    value.erase(value.find_last_not_of(" \t\r\n") + 1);
    if (name == "content-type") answer.content_type = lower(value);
    if (name == "content-range") answer.content_range = lower(value);
    if (name == "date") answer.date = value;
    return line.size();
}

// Before the first byte of a good answer is believed.
std::optional<Error> begin(Answer& answer, std::string_view piece) {
    answer.begun = true;
    if (answer.content_type.starts_with("text/html")) return login_page();
    if (answer.json) {
        const std::size_t first = piece.find_first_not_of(" \t\r\n\xef\xbb\xbf");
        if (first != std::string_view::npos && piece[first] == '<') return login_page();
    }
    if (answer.from > 0 && answer.status() == 206 && !answer.content_range.starts_with(fmt::format("bytes {}-", answer.from)))
        return Error{ErrorKind::io, "the server sent another part of the file"};
    if (answer.from > 0 && answer.status() == 200) {
        if (*answer.restart) (*answer.restart)();
    }
    curl_off_t length = -1;
    curl_easy_getinfo(answer.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0 && static_cast<std::uint64_t>(length) > answer.limit)
        return Error{ErrorKind::too_large, fmt::format("{} bytes, over the limit of {}", length, answer.limit)};
    return std::nullopt;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
    auto& answer = *static_cast<Answer*>(user);
    const std::size_t bytes = size * count;
    if (const long status = answer.status(); status != 200 && status != 206) {
        answer.refused_bytes += bytes;
        return answer.refused_bytes > longest_refusal_bytes ? 0 : bytes;
    }
    if (!answer.begun) answer.wrong = begin(answer, {data, bytes});
    if (answer.wrong) return 0;
    answer.given += bytes;
    if (answer.given > answer.limit) {
        answer.wrong = Error{ErrorKind::too_large, fmt::format("more than {} bytes", answer.limit)};
        return 0;
    }
    if (auto taken = (*answer.take)({reinterpret_cast<const std::uint8_t*>(data), bytes}); !taken) {
        answer.wrong = taken.error();
        return 0;
    }
    return bytes;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    const auto* stop = static_cast<const std::atomic<bool>*>(user);
    return stop != nullptr && stop->load() ? 1 : 0;
}

std::string in_words(CURLcode code) {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST: return "the server's name is not known";
        case CURLE_COULDNT_RESOLVE_PROXY: return "the proxy's name is not known";
        case CURLE_COULDNT_CONNECT: return "the server cannot be reached";
        case CURLE_OPERATION_TIMEDOUT: return "the server is too slow";
        case CURLE_PARTIAL_FILE: return "the connection ended in the middle of the file";
        case CURLE_PEER_FAILED_VERIFICATION: return "the server's certificate is not trusted";
        default: return curl_easy_strerror(code);
    }
}

// The address, if one may talk to it.
Result<Origin> allowed_origin(const WebOptions& options) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) return Error{ErrorKind::io, "the network cannot be used"};
    const auto origin = origin_of(options.base_url);
    if (!origin) return Error{ErrorKind::invalid, "\"" + options.base_url + "\" is no address"};
    if (origin->scheme != "https" && origin->scheme != "http") return Error{ErrorKind::unsupported, "\"" + origin->scheme + "\" is neither https nor http"};
    if (origin->scheme == "http" && !options.plain_http && !origin->loopback())
        return Error{ErrorKind::unsupported, origin->text() + ": http without TLS is for this machine only"};
    return *origin;
}

// A server, the connections to it, and its clock.
struct WebConnection {
    WebOptions options;
    Origin origin;
    CURL* curl;
    std::optional<WallTime> date;

    WebConnection(WebOptions with, Origin to, CURL* handle) : options(std::move(with)), origin(std::move(to)), curl(handle) {}
    WebConnection(const WebConnection&) = delete;
    WebConnection& operator=(const WebConnection&) = delete;
    ~WebConnection() { curl_easy_cleanup(curl); }

    void hear_date(const std::string& said) {  // believed from a server that has shown who it is
        if (origin.scheme != "https") return;
        if (const time_t at = curl_getdate(said.c_str(), nullptr); at > 0) date = WallTime{static_cast<std::int64_t>(at) * 1000};
    }
};

template <typename State>
Result<std::unique_ptr<State>> connection_to(WebOptions options) {
    auto origin = allowed_origin(options);
    if (!origin) return origin.error();
    CURL* curl = curl_easy_init();
    if (curl == nullptr) return Error{ErrorKind::io, "the network cannot be used"};
    return std::make_unique<State>(std::move(options), std::move(*origin), curl);
}

// What every transfer has in common: who is believed, and how long to wait.
void prepare_transfer(CURL* curl, const std::string& url, const WebOptions& options) {
    curl_easy_reset(curl);  // keeps the connections
    const auto set = [curl](CURLoption option, auto value) { insist(curl_easy_setopt(curl, option, value) == CURLE_OK, "libcurl lacks an option"); };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_USERAGENT, "xinghuo");
    set(CURLOPT_PROXY, options.proxy.c_str());
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options.ca_file.empty()) {
        set(CURLOPT_CAINFO, options.ca_file.c_str());
        curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
    }
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_within.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(options.slow_bytes_per_second));
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.slow_for.count()));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, on_progress);
    set(CURLOPT_XFERINFODATA, const_cast<void*>(static_cast<const void*>(options.stop)));
}

}  // namespace

struct CurlTransport::State : WebConnection {
    using WebConnection::WebConnection;
    void prepare(const std::string& url, Answer& answer, std::uint64_t from);
    Result<void> once(std::string url, std::string_view path, std::uint64_t from, std::uint64_t limit, const Take& take, const std::function<void()>& restart);
};

void CurlTransport::State::prepare(const std::string& url, Answer& answer, std::uint64_t from) {
    prepare_transfer(curl, url, options);
    const auto set = [this](CURLoption option, auto value) { insist(curl_easy_setopt(curl, option, value) == CURLE_OK, "libcurl lacks an option"); };
    set(CURLOPT_HEADERFUNCTION, on_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&answer));
    set(CURLOPT_WRITEFUNCTION, on_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&answer));
    if (from > 0) set(CURLOPT_RANGE, (std::to_string(from) + "-").c_str());
}

Result<void> CurlTransport::State::once(std::string url, std::string_view path, std::uint64_t from, std::uint64_t limit, const Take& take,
                                        const std::function<void()>& restart) {
    for (int redirection = 0; redirection <= most_redirections; ++redirection) {
        if (options.stop != nullptr && options.stop->load()) return Error{ErrorKind::cancelled, "stopped"};
        Answer answer;
        answer.curl = curl;
        answer.take = &take;
        answer.restart = &restart;
        answer.from = from;
        answer.limit = limit;
        answer.json = path.ends_with(".json");
        prepare(url, answer, from);
        const CURLcode code = curl_easy_perform(curl);
        const long status = answer.status();
        if (status != 0) hear_date(answer.date);
        if (answer.wrong) return *answer.wrong;
        if (code == CURLE_ABORTED_BY_CALLBACK) return Error{ErrorKind::cancelled, "stopped"};
        const bool refused_early = code == CURLE_WRITE_ERROR && status != 200 && status != 206;
        if (code != CURLE_OK && !refused_early) return Error{ErrorKind::io, in_words(code)};
        if (status == 200 || status == 206) {
            if (!answer.begun)  // an empty file
                if (auto wrong = begin(answer, {})) return *wrong;
            return {};
        }
        if (status == 403 || status == 404 || status == 410) return Error{ErrorKind::missing, fmt::format("is not there ({})", status)};
        if (status == 416 && from > 0) {
            if (answer.content_range == fmt::format("bytes */{}", from)) return {};  // all of it is here already
            if (restart) restart();
            from = 0;
            continue;
        }
        if (status == 511) return login_page();
        if (status < 300 || status > 399) return Error{ErrorKind::io, fmt::format("the server answered {}", status)};
        char* elsewhere = nullptr;
        curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &elsewhere);
        if (elsewhere == nullptr) return Error{ErrorKind::io, fmt::format("the server answered {}", status)};
        url = elsewhere;
        const auto there = origin_of(url);
        if (!there || *there != origin) return login_page();
    }
    return Error{ErrorKind::io, "the server sends from one address to the next"};
}

CurlTransport::CurlTransport(std::unique_ptr<State> state) : state_(std::move(state)) {}
CurlTransport::~CurlTransport() = default;

Result<std::unique_ptr<CurlTransport>> CurlTransport::open(WebOptions options) {
    if (!options.base_url.ends_with('/')) options.base_url += '/';
    auto state = connection_to<State>(std::move(options));
    if (!state) return state.error();
    return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(*state)));
}

Result<void> CurlTransport::get(std::string_view path, std::uint64_t from, std::uint64_t limit_bytes, const Take& take,
                                const std::function<void()>& restart) {
    if (path.empty() || path.front() == '/' || path.find('\0') != std::string_view::npos) return Error{ErrorKind::invalid, "\"" + std::string(path) + "\" is no name for a file"};
    auto got = state_->once(state_->options.base_url + encoded(path), path, from, limit_bytes, take, restart);
    if (!got) return got.error().within(path);
    return got;
}

std::string CurlTransport::name() const { return state_->origin.text(); }

std::optional<WallTime> CurlTransport::server_date() const { return state_->date; }

namespace {

// What one request was answered with.
struct Heard {
    CURL* curl = nullptr;
    HttpReply reply;
    std::size_t limit = 0;
    bool too_large = false;
};

std::size_t on_reply_header(char* data, std::size_t size, std::size_t count, void* user) {
    auto& heard = *static_cast<Heard*>(user);
    const std::string_view line(data, size * count);
    if (line.starts_with("HTTP/")) heard.reply.headers.clear();  // a proxy's or an interim answer came before
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return line.size();
    std::string value(line.substr(colon + 1));
    value.erase(0, std::min(value.find_first_not_of(" \t"), value.size()));
    value.erase(value.find_last_not_of(" \t\r\n") + 1);
    heard.reply.headers.emplace_back(lower(line.substr(0, colon)), std::move(value));
    return line.size();
}

std::size_t on_reply_body(char* data, std::size_t size, std::size_t count, void* user) {
    auto& heard = *static_cast<Heard*>(user);
    const std::size_t bytes = size * count;
    if (heard.reply.body.size() + bytes > heard.limit) {
        heard.too_large = true;
        return 0;
    }
    heard.reply.body.append(data, bytes);
    return bytes;
}

struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

struct CurlExchange::State : WebConnection {
    using WebConnection::WebConnection;
    std::chrono::milliseconds answer_within{0};
};

CurlExchange::CurlExchange(std::unique_ptr<State> state) : state_(std::move(state)) {}
CurlExchange::~CurlExchange() = default;

Result<std::unique_ptr<CurlExchange>> CurlExchange::open(WebOptions options, std::chrono::milliseconds answer_within) {
    while (options.base_url.ends_with('/')) options.base_url.pop_back();
    auto state = connection_to<State>(std::move(options));
    if (!state) return state.error();
    (*state)->answer_within = answer_within;
    return std::unique_ptr<CurlExchange>(new CurlExchange(std::move(*state)));
}

Result<HttpReply> CurlExchange::ask(const HttpRequest& request, std::size_t reply_limit_bytes) {
    const WebOptions& options = state_->options;
    if (options.stop != nullptr && options.stop->load()) return Error{ErrorKind::cancelled, "stopped"};
    if (!request.target.starts_with('/') || request.target.find_first_of(std::string_view("\0 \r\n", 4)) != std::string::npos)
        return Error{ErrorKind::invalid, "no path to ask for"};
    std::unique_ptr<curl_slist, FreeList> headers;
    const auto add = [&headers](const std::string& line) {
        headers.reset(curl_slist_append(headers.release(), line.c_str()));
        insist(headers != nullptr, "no memory for a header");
    };
    add("Expect:");  // no round trip before the body
    for (const auto& [name, value] : request.headers) {
        if (name.find_first_of(std::string_view("\0 \r\n:", 5)) != std::string::npos || value.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos)
            return Error{ErrorKind::invalid, "a header that is none"};
        add(value.empty() ? name + ";" : name + ": " + value);
    }
    Heard heard;
    CURL* curl = heard.curl = state_->curl;
    heard.limit = reply_limit_bytes;
    prepare_transfer(curl, options.base_url + request.target, options);
    const auto set = [curl](CURLoption option, auto value) { insist(curl_easy_setopt(curl, option, value) == CURLE_OK, "libcurl lacks an option"); };
    if (state_->origin.scheme == "https") set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(CURLOPT_ACCEPT_ENCODING, "gzip");
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(state_->answer_within.count()));
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    if (request.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
    } else if (request.method == "GET" && request.body.empty()) {
        set(CURLOPT_HTTPGET, 1L);
    } else {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.data());
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_HEADERFUNCTION, on_reply_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&heard));
    set(CURLOPT_WRITEFUNCTION, on_reply_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&heard));
    const CURLcode code = curl_easy_perform(curl);
    if (heard.too_large) return Error{ErrorKind::too_large, fmt::format("an answer of more than {} bytes", reply_limit_bytes)};
    if (code == CURLE_ABORTED_BY_CALLBACK) return Error{ErrorKind::cancelled, "stopped"};
    if (code != CURLE_OK) return Error{ErrorKind::io, in_words(code)};
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (const std::string* said = find_header(heard.reply.headers, "date"); said != nullptr) state_->hear_date(*said);
    const std::string* type = find_header(heard.reply.headers, "content-type");
    const bool page = type != nullptr && lower(*type).starts_with("text/html");
    if (status == 511 || (page && status >= 200 && status < 300)) return login_page();
    heard.reply.status = static_cast<int>(status);
    std::erase_if(heard.reply.headers, [](const auto& h) { return h.first == "content-encoding"; });  // it is unpacked
    return std::move(heard.reply);
}

std::string CurlExchange::name() const { return state_->origin.text(); }

std::optional<WallTime> CurlExchange::server_date() const { return state_->date; }

}  // namespace xinghuo
