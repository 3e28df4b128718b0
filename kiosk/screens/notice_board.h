// What the centre announces: in the hall, and on a page of its own. To everybody who stands here, and personal to nobody.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "content/study/from_centre.h"
#include "kiosk/screen.h"

namespace xinghuo {

class NoticeBoard {
public:
    // The notices of this minute, the newest first. Read anew when the centre's word is another one, and every minute: they begin and end.
    const std::vector<CentreNotice>& now(Frame& frame);

    // A card of titles in the hall; cuts its height, and a gap, from the top of `place`. Nothing where there is none.
    void hall_card(Frame& frame, Rect& place, Navigator& navigator);

private:
    std::uint64_t told_ = 0;
    std::int64_t minute_ = 0;
    std::vector<CentreNotice> all_;
};

// The words, or as many of them as that many lines have room for, and "…".
std::string first_lines(Frame& frame, const std::string& words, const TextStyle& style, float width, int lines);
// "7月20日至7月27日".
std::string notice_days(const Frame& frame, const CentreNotice& notice);

}  // namespace xinghuo
