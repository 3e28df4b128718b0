// Reports of things rather than people: questions, items, terminals.
#include <algorithm>

#include "content/base/json_tree.h"
#include "sync/server/chain.h"
#include "sync/server/report_quiz.h"
#include "sync/server/reports.h"

namespace xinghuo {
namespace {

double thousandths(double value) { return static_cast<double>(static_cast<std::int64_t>(value * 1000 + (value < 0 ? -0.5 : 0.5))) / 1000; }

}  // namespace

Result<Report> quiz_report(Sql& sql, const ReportAsk& ask, const std::string& theme) {
    const std::size_t cut = ask.after.find('\n');
    const std::string after_theme = ask.after.substr(0, cut), after_question = cut == std::string::npos ? "" : ask.after.substr(cut + 1);
    auto rows = sql.query("SELECT theme, question, CAST(SUM(asked) AS bigint), CAST(SUM(correct) AS bigint), CAST(SUM(n) AS bigint), CAST(SUM(sum_right) AS bigint), "
                          "CAST(SUM(sum_rest) AS bigint), CAST(SUM(sum_rest_squared) AS bigint), CAST(SUM(sum_right_rest) AS bigint) FROM quiz_question "
                          "WHERE organisation = $1 AND ($2 = '' OR theme = $2) AND ($3 = '' OR theme > $3 OR (theme = $3 AND question > $4)) "
                          "GROUP BY theme, question ORDER BY theme, question LIMIT $5",
                          {ask.organisation, theme, after_theme, after_question, static_cast<std::int64_t>(ask.limit + 1)});
    if (!rows) return rows.error().within("adding up answers");
    Report report;
    report.name = "quiz";
    report.columns = {{"theme"}, {"question"}, {"asked", true}, {"right", true}, {"difficulty", true}, {"discrimination", true}, {"n", true}};
    for (const SqlRow& row : *rows) {
        if (report.rows.size() == ask.limit) {
            report.next = std::get<std::string>(report.rows.back()[0]) + "\n" + std::get<std::string>(report.rows.back()[1]);
            break;
        }
        const QuestionSums sums{row.integer(2), row.integer(3), row.integer(4), row.integer(5), row.integer(6), row.integer(7), row.integer(8)};
        const auto tells = discrimination(sums);
        std::vector<ReportCell> cells;
        cells.emplace_back(row.text(0));
        cells.emplace_back(row.text(1));
        cells.emplace_back(sums.asked);
        cells.emplace_back(sums.correct);
        if (sums.asked > 0) cells.emplace_back(thousandths(static_cast<double>(sums.correct) / static_cast<double>(sums.asked)));
        else cells.emplace_back(nullptr);
        if (tells) cells.emplace_back(thousandths(*tells));
        else cells.emplace_back(nullptr);
        cells.emplace_back(sums.n);
        report.rows.push_back(std::move(cells));
    }
    return report;
}

Result<Report> items_report(Sql& sql, const ReportAsk& ask) {
    auto rows = sql.query("SELECT item, CAST(SUM(views) AS bigint), CAST(SUM(ms) AS bigint), MAX(title_id || ' ' || title) FROM item_viewed WHERE organisation = $1 "
                          "GROUP BY item ORDER BY 3 DESC, item LIMIT $2",
                          {ask.organisation, static_cast<std::int64_t>(ask.limit)});
    if (!rows) return rows.error().within("adding up items");
    Report report;
    report.name = "items";
    report.columns = {{"item"}, {"title"}, {"title_en"}, {"views", true}, {"minutes", true}};
    for (const SqlRow& row : *rows) {
        std::string zh, en;
        const std::size_t blank = row.text(3).find(' ');
        if (auto title = JsonTree::parse(blank == std::string::npos ? "" : row.text(3).substr(blank + 1)); title) {
            zh = title->root()["zh"].string();
            en = title->root()["en"].string();
        }
        report.rows.push_back({row.text(0), zh, en, row.integer(1), static_cast<double>((row.integer(2) + 3'000) / 6'000) / 10});
    }
    return report;
}

Result<Report> fleet_report(Sql& sql, const ReportAsk& ask) {
    auto rows = sql.query("SELECT h.kiosk, COALESCE(k.name, ''), h.seen_ms, h.last_seq, COALESCE(c.last_seq, 0), h.signed_seq, h.version, h.clock_trusted, h.starts, h.unclean_starts, "
                          "h.free_bytes, h.waiting, h.refused, h.packs, h.trouble, COALESCE(a.n, 0) + CASE WHEN h.last_seq - h.signed_seq > $4 THEN 1 ELSE 0 END, COALESCE(k.revoked_ms, 0) "
                          "FROM kiosk_health h "
                          "LEFT JOIN kiosk k ON k.organisation = h.organisation AND k.id = h.kiosk "
                          "LEFT JOIN chain_stretch c ON c.organisation = h.organisation AND c.kiosk = h.kiosk AND c.first_seq = 1 "
                          "LEFT JOIN (SELECT kiosk, COUNT(*) AS n FROM kiosk_alert WHERE organisation = $1 AND closed_ms = 0 GROUP BY kiosk) a ON a.kiosk = h.kiosk "
                          "WHERE h.organisation = $1 AND h.kiosk > $2 ORDER BY h.kiosk LIMIT $3",
                          {ask.organisation, ask.after, static_cast<std::int64_t>(ask.limit + 1), unsigned_limit});
    if (!rows) return rows.error().within("looking at the terminals");
    Report report;
    report.name = "fleet";
    report.columns = {{"kiosk"}, {"kiosk_name"}, {"seen"}, {"last_seq", true}, {"through", true}, {"signed_through", true}, {"version"}, {"clock_trusted", false, "yes"}, {"starts", true},
                      {"unclean_starts", true}, {"free_mb", true}, {"waiting", true}, {"refused", true}, {"packs"}, {"trouble", false, "trouble"}, {"alerts", true}, {"revoked", false, "yes"}};
    for (const SqlRow& row : *rows) {
        if (report.rows.size() == ask.limit) {
            report.next = std::get<std::string>(report.rows.back().front());
            break;
        }
        const auto truth = [](bool value) { return std::string(value ? "true" : "false"); };
        std::vector<ReportCell> cells{row.text(0), row.text(1), china_time_text(row.integer(2)), row.integer(3), row.integer(4), row.integer(5), row.text(6), truth(row.integer(7) != 0),
                                      row.integer(8), row.integer(9)};
        const auto known = [&cells](std::int64_t value, std::int64_t unit) {
            if (value < 0) cells.emplace_back(nullptr);
            else cells.emplace_back(value / unit);
        };
        known(row.integer(10), 1'000'000);
        known(row.integer(11), 1);
        known(row.integer(12), 1);
        cells.emplace_back(row.text(13));
        cells.emplace_back(row.text(14));
        cells.emplace_back(row.integer(15));
        cells.emplace_back(truth(row.integer(16) != 0));
        report.rows.push_back(std::move(cells));
    }
    return report;
}

Result<Report> alerts_report(Sql& sql, const ReportAsk& ask, bool also_closed) {
    auto alerts = kiosk_alerts(sql, ask.organisation, {}, also_closed, ask.limit);
    if (!alerts) return alerts.error();
    Report report;
    report.name = "alerts";
    report.columns = {{"kiosk"}, {"kind", false, "alert"}, {"from_seq", true}, {"to_seq", true}, {"first_seen"}, {"closed"}, {"sentence"}};
    for (const KioskAlert& alert : *alerts)
        report.rows.push_back({alert.kiosk.text, alert.kind, alert.from_seq, alert.to_seq, china_time_text(alert.first_seen.unix_ms), china_time_text(alert.closed_ms), alert.sentence});
    return report;
}

}  // namespace xinghuo
