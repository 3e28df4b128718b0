// The administrator's pages. They are no screens: they live inside the one screen "admin", are made only behind its PIN, and go with
// it, so nothing of them stays on the application's stack.
#pragma once

#include <memory>
#include <string>

#include "kiosk/screen.h"

namespace xinghuo {

class AdminPage;
using AdminPagePtr = std::unique_ptr<AdminPage>;

// What a page may ask of the screen it lives in. Done after the frame.
class AdminDesk {
public:
    virtual ~AdminDesk() = default;
    virtual void open(AdminPagePtr page) = 0;       // on top; back() returns here
    virtual void back() = 0;                        // to the page below; from the menu the administration closes
    virtual void close() = 0;                       // the administration, from any page
    virtual void close_for(ScreenPtr screen) = 0;   // the same, and that screen comes in its place
};

class AdminPage {
public:
    virtual ~AdminPage() = default;
    [[nodiscard]] virtual std::string id() const = 0;        // "admin-roster"
    // It became the page that is seen, also again: reads what it shows. frame.study is there, here and in frame().
    virtual void shown(Frame&) {}
    virtual void frame(Frame& frame, AdminDesk& desk) = 0;
};

AdminPagePtr make_admin_menu();
AdminPagePtr make_admin_roster();
AdminPagePtr make_admin_members();
AdminPagePtr make_admin_member(MemberId member);
AdminPagePtr make_admin_activities();
AdminPagePtr make_admin_activity(ActivityId activity);
AdminPagePtr make_admin_policy();
AdminPagePtr make_admin_policy_edit();
AdminPagePtr make_admin_records(bool audit);                 // audit: what administrators did
AdminPagePtr make_admin_records_of(MemberId member);
AdminPagePtr make_admin_record(std::int64_t seq);
AdminPagePtr make_admin_storage();
AdminPagePtr make_admin_packs();
AdminPagePtr make_admin_sync();
AdminPagePtr make_admin_new_pin();

}  // namespace xinghuo
