// Asking for a new PIN, twice: the administrator's, or a member's. What was typed is gone with this object.
#pragma once

#include <optional>
#include <string>

#include "kiosk/screens/admin_parts.h"

namespace xinghuo {

class NewPin {
public:
    enum class Whose { admin, member };
    explicit NewPin(Whose whose) : whose_(whose) {}
    // The PIN, in the frame in which it was given the second time. `title` and `text` are said when it is asked for the first time.
    std::optional<std::string> frame(Frame& frame, Rect place, std::string title, std::string text);
    // It was not taken; begins anew and says why.
    void refuse(std::string key) { begin(std::move(key)); }

private:
    void begin(std::string fault);
    Whose whose_;
    std::string first_, entry_;
    std::string fault_;      // a key of words
    bool again_ = false;
};

}  // namespace xinghuo
