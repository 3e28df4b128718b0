// A web server on this machine that answers as a test tells it to: properly, wrongly, slowly, without end.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace xinghuo {

struct WebRequest {
    std::string method, path;                    // "/metadata/2.root.json", as sent
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;                            // as long as content-length says
};

// What goes back. send() is false when the other side has gone or the server stops.
class WebReply {
public:
    explicit WebReply(int connection, const std::atomic<bool>& stop) : connection_(connection), stop_(stop) {}
    bool send(std::string_view raw);
    // A whole answer with its length; the connection stays.
    void answer(int status, std::string_view body, const std::string& more_headers = {});
    bool pause_ms(int ms);
    void close_after() { closes_ = true; }
    [[nodiscard]] bool closes() const { return closes_; }
    [[nodiscard]] bool stopped() const { return stop_.load(); }

private:
    int connection_;
    const std::atomic<bool>& stop_;
    bool closes_ = false;
};

class WebServer {
public:
    using Handler = std::function<void(const WebRequest&, WebReply&)>;
    explicit WebServer(Handler handler);
    ~WebServer();
    WebServer(const WebServer&) = delete;
    WebServer& operator=(const WebServer&) = delete;

    [[nodiscard]] std::string url(std::string_view path = "/") const;  // "http://127.0.0.1:40123/"
    [[nodiscard]] std::vector<std::string> paths() const;              // asked for so far, in order
    [[nodiscard]] int connections() const { return connections_.load(); }

private:
    void serve();
    void serve_one(int connection);
    Handler handler_;
    int listener_ = -1;
    int port_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<int> connections_ = 0;
    mutable std::mutex lock_;
    std::vector<std::string> paths_;
    std::thread thread_;
};

}  // namespace xinghuo
