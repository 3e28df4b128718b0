// Replies as they travel, and the files below /repository/. Pure but for the disk; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "content/base/clock.h"
#include "content/base/descriptor.h"
#include "content/base/file.h"
#include "sync/http.h"

namespace xinghuo {

// {"error": sentence}
HttpReply refusal(int status, std::string_view sentence);
HttpReply wrong_method(std::string_view allowed);  // 405; "GET, POST"
HttpReply json_reply(std::string body, int status = 200);

// RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(WallTime when);

// Status line and headers with the empty line; nosniff is among them always. Names and values that would break a line are left out.
struct ReplyManner {
    bool keep_alive = true;
    bool http_1_0 = false;
    std::uint64_t body_bytes = 0;
    WallTime now;
};
std::string reply_head(const HttpReply& reply, const ReplyManner& manner);

// A body that lies on disk: `bytes` of it from `offset`.
struct FilePiece {
    Descriptor file;
    std::uint64_t offset = 0, bytes = 0;
};
struct FileReply {
    HttpReply reply;       // without a body where there is a piece
    FilePiece piece;
};
// GET and HEAD of a regular file in the folder, which no path leaves. ETag, Last-Modified, If-None-Match, If-Modified-Since, one Range with If-Range.
FileReply answer_file(const Path& folder, std::string_view encoded_relative_path, const HttpRequest& request);

}  // namespace xinghuo
