#include "kiosk/screens/admin_pin.h"

#include "content/base/log.h"
#include "content/study/study.h"

namespace xinghuo {
namespace {

std::string fault_key(PinFault fault) {
    switch (fault) {
        case PinFault::none: return {};
        case PinFault::not_digits:
        case PinFault::length: return "admin.pin.fault.length";
        case PinFault::same: return "admin.pin.fault.same";
        case PinFault::run: return "admin.pin.fault.run";
        case PinFault::repeated: return "admin.pin.fault.repeated";
    }
    return {};
}

// Another PIN for the administrator who is in.
class ChangePin final : public AdminPage {
public:
    [[nodiscard]] std::string id() const override { return "admin-storage"; }

    void frame(Frame& frame, AdminDesk& desk) override {
        const Rect place = admin_head(frame, desk, frame.words("admin.pin.change"));
        const auto pin = pin_.frame(frame, place, frame.words("admin.pin.change"), frame.words("admin.pin.change.text"));
        if (!pin) return;
        if (auto done = frame.study->admin().set_pin(*pin, frame.moment); !done) {
            log_warning(done.error().what);
            pin_.refuse("admin.pin.fault.disk");
            return;
        }
        frame.reception.say(Notice::Tone::good, "admin.pin.changed", "", frame.moment);
        desk.back();
    }

private:
    NewPin pin_{NewPin::Whose::admin};
};

}  // namespace

void NewPin::begin(std::string fault) {
    first_.clear();
    entry_.clear();
    again_ = false;
    fault_ = std::move(fault);
}

std::optional<std::string> NewPin::frame(Frame& frame, Rect place, std::string title, std::string text) {
    PinForm form{again_ ? frame.words("admin.pin.again") : std::move(title), again_ ? frame.words("admin.pin.again.text") : std::move(text),
                 fault_.empty() ? "" : frame.words(fault_), 6, 12};
    if (whose_ == Whose::member) {
        form.least = 4;
        form.most = 8;
    }
    const std::size_t before = entry_.size();
    const bool confirmed = pin_form(frame, place, entry_, form);
    if (entry_.size() != before && !confirmed) fault_.clear();
    if (!confirmed) return std::nullopt;
    frame.animate();
    if (!again_) {
        const PinFault fault = whose_ == Whose::admin ? pin_fault(entry_) : PinFault::none;
        if (fault != PinFault::none) {
            begin(fault_key(fault));
            return std::nullopt;
        }
        first_ = std::exchange(entry_, {});
        again_ = true;
        fault_.clear();
        return std::nullopt;
    }
    if (entry_ != first_) {
        begin("admin.pin.fault.differs");
        return std::nullopt;
    }
    std::string pin = first_;
    begin({});
    return pin;
}

AdminPagePtr make_admin_new_pin() { return std::make_unique<ChangePin>(); }

}  // namespace xinghuo
