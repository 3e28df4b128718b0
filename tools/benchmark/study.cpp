#include "tools/benchmark/study.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "content/base/json.h"
#include "content/quiz/shuffle.h"
#include "content/study/study.h"
#include "tools/benchmark/bare_transaction.h"

namespace xinghuo {
namespace {

double ms_since(const Clock& clock, Instant start) { return seconds(clock.now() - start) * 1e3; }

double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

MemberId large_member(std::size_t i) { return {fmt::format("m-{:032x}", i)}; }

constexpr std::size_t large_count = 2'000'000, large_batch = 2'000, large_members = 1'500;
constexpr std::int64_t large_first_day = 19'700;  // days since 1970; three years from there

std::string interval_body(std::size_t n) {
    const char* labels[] = {"media", "reading", "quiz"};
    JsonWriter w;
    w.object().key("session").value(fmt::format("s-{}", n / 7)).key("label").value(labels[n % 3]).key("item").value(fmt::format("item-{}", n % 40));
    w.key("title").object().key("zh").value(fmt::format("展品{}", n % 40)).key("en").value(fmt::format("Exhibit {}", n % 40)).end();
    w.key("pack").value("bench").key("pack_version").value(1).key("ms").value(static_cast<std::int64_t>(20'000 + (n * 7919) % 600'000)).end();
    return w.text();
}

}  // namespace

void bench_sign_in(const Path& folder, const Clock& clock, const AddRow& add) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    auto study = Study::open({.data = folder / "study", .boot_id = clock.boot_id(), .version = "bench", .later = {}, .mend = false}, clock.moment());
    const auto bare = open_bare(folder / "bare.db");
    if (!study || !bare) return add("sign-in: cannot be measured here", -1, "", "is measured", false);
    Member member;
    member.id = large_member(1);
    member.name = "张三";
    std::vector<double> floor, ours;
    bool good = true;
    constexpr int times = 400;
    for (int i = 0; i < times; ++i) {
        Instant start = clock.now();
        good = bare->insert() && good;
        floor.push_back(ms_since(clock, start));
        const Moment moment = clock.moment();
        start = clock.now();
        good = (*study)->visit().sign_in(member, SignInWay::card, moment).has_value() && good;
        ours.push_back(ms_since(clock, start));
        good = (*study)->visit().sign_out(SignOutWhy::button, clock.moment()).has_value() && good;
    }
    if (!good) return add("sign-in: was refused", -1, "", "is taken", false);
    const double ratio = percentile(ours, 0.5) / percentile(floor, 0.5), ratio_99 = percentile(ours, 0.99) / percentile(floor, 0.99);
    add("bare durable transaction, p50", percentile(floor, 0.5), "ms", "", true);
    add("bare durable transaction, p99", percentile(floor, 0.99), "ms", "", true);
    add("sign-in acknowledged, p50", percentile(ours, 0.5), "ms", "", true);
    add("sign-in acknowledged, p99", percentile(ours, 0.99), "ms", "", true);
    add("sign-in / bare transaction, p50", ratio, "x", "<= 1.5", ratio <= 1.5);
    add("sign-in / bare transaction, p99", ratio_99, "x", "", true);
}

void bench_names(const Clock& clock, const AddRow& add) {
    const char* surnames[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "单", "尉迟", "欧阳"};
    const char* given[] = {"伟", "芳", "娜", "敏", "静", "强", "磊", "军", "洋", "勇", "艳", "杰", "涛", "明", "超", "秀", "霞", "平", "刚", "桂", "英", "华", "文", "宇", "子", "雨", "思", "晨", "浩", "然"};
    Chance chance(7);
    std::vector<NameIndex::Entry> entries;
    for (std::uint32_t i = 0; i < 50'000; ++i) {
        std::string name = surnames[chance.below(std::size(surnames))];
        name += given[chance.below(std::size(given))];
        if (chance.below(4) != 0) name += given[chance.below(std::size(given))];
        std::string pinyin = pinyin_of_name(name);
        entries.push_back({i, std::move(pinyin), std::move(name)});
    }
    Instant start = clock.now();
    const NameIndex index(std::move(entries));
    add("names: index of 50,000, made once", ms_since(clock, start), "ms", "", true);
    std::vector<double> times;
    std::size_t found = 0;
    for (int i = 0; i < 2'000; ++i) {
        std::string letters;
        for (std::size_t n = 1 + chance.below(3); n > 0; --n) letters += static_cast<char>('a' + chance.below(26));
        start = clock.now();
        found += index.find(letters, 30).total;
        times.push_back(ms_since(clock, start));
    }
    const double p99 = percentile(times, 0.99);
    add("names: by initials among 50,000, p50", percentile(times, 0.5), "ms", "", true);
    add("names: by initials among 50,000, p99", p99, "ms", "<= 5", found > 0 && p99 <= 5);
}

bool make_large_record(const Path& folder) {
    const Path done = folder / "complete";
    if (std::filesystem::exists(done)) return true;
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    std::fprintf(stderr, "  making a record of %zu …\n", large_count);
    Moment moment{{}, {}, true, 0};
    auto study = Study::open_beside({.data = folder, .boot_id = "bench", .version = "bench", .later = {}, .mend = false}, moment);
    if (!study) return false;
    std::size_t n = 0;
    for (std::size_t batch = 0; batch < large_count / large_batch; ++batch) {
        const std::int64_t day = large_first_day + static_cast<std::int64_t>(batch * 1095 / (large_count / large_batch));
        moment.wall = {day * 86'400'000 + static_cast<std::int64_t>(batch % 8) * 3'600'000};
        moment.mono_ms += 60'000;
        std::vector<Draft> drafts;
        for (std::size_t i = 0; i < large_batch; ++i, ++n) drafts.push_back({RecordKind::study_interval, large_member(n % large_members), interval_body(n)});
        if (!(*study)->records().keep(drafts, moment)) return false;
        if (batch % 50 == 49 && !(*study)->database().checkpoint()) return false;
    }
    return write_file(done, "yes").has_value();
}

void bench_my_study(const Path& folder, const Clock& clock, const AddRow& add) {
    auto study = Study::open_beside({.data = folder, .boot_id = "bench", .version = "bench", .later = {}, .mend = false}, clock.moment());
    if (!study) return add("my study: the large record cannot be opened", -1, "", "opens", false);
    std::vector<double> times;
    bool good = true;
    const int year = date_of_day(large_first_day + 1095).year;
    for (std::size_t i = 0; i < 21; ++i) {
        const MemberId who = large_member(i * 37 % large_members);
        const Ledger& ledger = (*study)->ledger();
        const Instant start = clock.now();
        for (int y = year - 3; y <= year; ++y) good = ledger.year(who, y).has_value() && good;
        good = ledger.recent(who, 12).has_value() && ledger.quizzes(who).has_value() && ledger.wrong_answers(who).has_value() && good;
        times.push_back(ms_since(clock, start));
    }
    add("my study: three years among 2,000,000 records", percentile(times, 0.5), "ms", "<= 50", good && percentile(times, 0.5) <= 50);
}

}  // namespace xinghuo
