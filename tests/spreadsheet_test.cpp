// Tables from outside: every encoding and quoting, XLSX as written by others, and files that mean harm.
#include "content/base/spreadsheet.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <array>
#include <random>

#include "tests/support/zip_file.h"

using namespace xinghuo;

namespace {

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

// "1:a|b 3:c" or the error.
std::string shown(const Result<Table>& table) {
    if (!table) return table.error().what;
    std::string out;
    for (const Table::Row& row : table->rows) {
        out += fmt::format("{}{}:", out.empty() ? "" : " ", row.number);
        for (std::size_t i = 0; i < row.cells.size(); ++i) out += (i > 0 ? "|" : "") + row.cells[i];
    }
    return out;
}
std::string read(std::string_view text) { return shown(read_table(bytes(text))); }

constexpr std::string_view sheet_head = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>)";

std::vector<ZipFile> parts(std::string sheet, std::string strings = {}) {
    std::vector<ZipFile> files = {
        {"_rels/.rels", R"(<?xml version="1.0"?><Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>)"},
        {"xl/workbook.xml", R"(<?xml version="1.0"?><workbook><sheets><sheet name="a" sheetId="9" state="hidden" r:id="rId7"/><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>)"},
        {"xl/_rels/workbook.xml.rels",
         R"(<?xml version="1.0"?><Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>)"},
        {"xl/worksheets/sheet1.xml", std::string(sheet_head) + std::move(sheet) + "</sheetData></worksheet>"},
        {"xl/sharedStrings.xml", "<?xml version=\"1.0\"?><sst>" + std::move(strings) + "</sst>"},
    };
    return files;
}

}  // namespace

TEST_CASE("a CSV is read in every encoding a spreadsheet writes", "[spreadsheet]") {
    CHECK(read("学号,姓名\n1,张三\n") == "1:学号|姓名 2:1|张三");
    CHECK(read("\xEF\xBB\xBF" "学号,姓名\n1,𬱖\n") == "1:学号|姓名 2:1|𬱖");
    // GB18030: 学号,姓名 / 1,张三, and 𬱖 in four bytes.
    CHECK(read("\xD1\xA7\xBA\xC5,\xD0\xD5\xC3\xFB\n1,\xD5\xC5\xC8\xFD\n") == "1:学号|姓名 2:1|张三");
    CHECK(read("\xD5\xC5\x99\x33\xC3\x36\n") == "1:张𬱖");
    // Excel's "Unicode text": UTF-16 and tabs.
    CHECK(read(std::string_view("\xFF\xFE\x66\x5B\t\0\xF7\x53\n\0" "1\0\t\0" "2\0", 16)) == "1:学|号 2:1|2");
    CHECK(read(std::string_view("\xFE\xFF\x5B\x66\0\n", 6)) == "1:学");
    CHECK(read("\xEF\xBB\xBF\xD0\xD5\n") == "the file says it is UTF-8, and is not");
    CHECK(read("\xFF\x80\x80,\x81\n") == "the file is neither UTF-8 nor GB18030 text, nor XLSX");
    CHECK(read(std::string_view("a\0b\n", 4)) == "the file is neither text nor XLSX");
    CHECK(read("").empty());
}

TEST_CASE("a CSV is read as a spreadsheet quotes and separates", "[spreadsheet]") {
    CHECK(read("a;b\n\"x;\"\"y\"\"\";2\n") == "1:a|b 2:x;\"y\"|2");
    CHECK(read("a\tb\r\n1,5\t2\r\n") == "1:a|b 2:1,5|2");
    CHECK(read("sep=;\r\na,x;b\r\n1;2\r\n") == "2:a,x|b 3:1|2");
    CHECK(read("a,b\r1,2\r\r3,4") == "1:a|b 2:1|2 4:3|4");
    // A line end inside quotes: one row, as the person sees it.
    CHECK(read("a,b\n\"1\n1\",2\n3,4\n") == "1:a|b 2:1\n1|2 3:3|4");
    CHECK(read("a,b\n,,\n1\n") == "1:a|b 3:1");
    CHECK(read("a,b\n\"1,2\n") == "line 2: the quote is never closed");
    CHECK(read("\"a;b\",c\n") == "1:a;b|c");
}

TEST_CASE("an XLSX we write is one we read", "[spreadsheet]") {
    Sheet sheet{"签到/1", {"学号", "姓名", "分钟"}, {{"20230001", "=陈𬱖", "90"}, {"110101199003071234", "a\nb <&>", "4.5"}, {"", "", ""}, {"x", "", "-3"}}, {false, false, true}};
    auto file = write_xlsx({sheet, sheet});
    REQUIRE(file);
    CHECK(shown(read_table(*file)) == "1:学号|姓名|分钟 2:20230001|=陈𬱖|90 3:110101199003071234|a\nb <&>|4.5 5:x||-3");
    Sheet odd{"", {"a"}, {{std::string(40'000, 'x')}}, {}};
    CHECK_FALSE(write_xlsx({odd}));
}

TEST_CASE("a CSV we write is safe to open, and one we read", "[spreadsheet]") {
    const Sheet sheet{"", {"name", "n"}, {{"=1+1", "-3"}, {"a \"b\",c", "+3"}, {"-", "-2+3"}}, {false, true}};
    const std::string csv = write_csv(sheet);
    CHECK(csv == "\xEF\xBB\xBFname,n\r\n'=1+1,-3\r\n\"a \"\"b\"\",c\",'+3\r\n'-,'-2+3\r\n");
    CHECK(read(csv) == "1:name|n 2:'=1+1|-3 3:a \"b\",c|'+3 4:'-|'-2+3");
}

TEST_CASE("cells of an XLSX come as a person sees them", "[spreadsheet]") {
    const auto files = parts(
        R"(<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>
           <row r="3"><c r="A3"><v>20230001</v></c><c r="B3"><v>2.0230002E7</v></c><c r="C3"><v>0.1</v></c><c r="D3"><v>110101199003071234</v></c></row>
           <row r="4"><c r="A4" t="str"><f>CONCAT("1","2")</f><v>12</v></c><c r="B4" t="e"><f>1/0</f><v>#N/A</v></c><c r="C4" t="b"><v>1</v></c>
             <c r="D4" t="inlineStr"><is><r><t>陈</t></r><r><t xml:space="preserve">𬱖 </t></r><rPh sb="0" eb="1"><t>chen</t></rPh></is></c><c r="E4"><f>A3</f><v>7</v></c></row>
           <row r="5"><c r="A5" s="3"/><c r="B5" t="s"><v>2</v></c></row><row r="9"><c r="A9" s="1"/></row>)",
        "<si><t>学号</t></si><si><r><t>姓</t></r><r><t>名</t></r><rPh><t>x</t></rPh></si><si><t>&lt;a&gt; &#24352;&#x2CC56;</t></si>");
    CHECK(shown(read_table(zip_of(files))) ==
          "1:学号||姓名 3:20230001|20230002|0.1|1.10101199003071E+17 4:12|#N/A|TRUE|陈𬱖 |7 5:|<a> 张𬱖");
}

TEST_CASE("what is no XLSX, or should not be opened, says so", "[spreadsheet]") {
    CHECK(read("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more") == "the file has a password, or is an XLS of before 2007: save it as XLSX without a password");
    CHECK(read("PK\x03\x04") == "the XLSX is damaged (no directory)");
    CHECK(shown(read_table(zip_of({{"readme.txt", "hello"}}))) == "the XLSX is damaged (a part is missing)");
    auto other = parts("");
    other[0].content = R"(<Relationships><Relationship Type="x/officeDocument" Target="word/document.xml"/></Relationships>)";
    CHECK(shown(read_table(zip_of(other))) == "the file is a ZIP, but no XLSX");
    CHECK(shown(read_table(zip_of(parts(R"(<row><c t="s"><v>7</v></c></row>)")))) == "the XLSX is damaged (a text is missing)");
    CHECK(shown(read_table(zip_of(parts(R"(<row r="2"/><row r="1"/>)")))) == "the XLSX is damaged (the rows are out of order)");
    CHECK(shown(read_table(zip_of(parts(R"(<row><c r="XFD1"><v>1</v></c></row>)")))) == "row 1: more than 256 columns");
    auto files = parts("");
    files[3].content.clear();
    CHECK(shown(read_table(zip_of(files))) == "the XLSX is damaged (sheet1.xml)");
    files.push_back(files[0]);
    CHECK(shown(read_table(zip_of(files))) == "the XLSX is damaged (a part stands twice)");
    files = parts("<row><c><v>1</v></c></row>");
    CHECK(shown(read_table(zip_of(files))) == "1:1");
    files[3].claimed_size = 1u << 30;
    CHECK(read_table(zip_of(files)).error().kind != ErrorKind::io);
    files[3].method = 8;
    CHECK(shown(read_table(zip_of(files))) == "the XLSX unpacks to far more than a table would");
    files[3].claimed_size = static_cast<std::uint32_t>(files[3].content.size() + 100);
    CHECK(shown(read_table(zip_of(files))) == "the XLSX is damaged (a part does not match its checksum)");
    files[3].flags = 1;
    CHECK(shown(read_table(zip_of(files))) == "the XLSX has a password: save it without");
}

TEST_CASE("a text used a million times does not fill the memory", "[spreadsheet]") {
    std::string sheet;
    for (int row = 1; row <= 9'000; ++row) sheet += R"(<row><c t="s"><v>0</v></c></row>)";
    CHECK(shown(read_table(zip_of(parts(sheet, "<si><t>" + std::string(32'000, 'x') + "</t></si>")))) == "the sheet has too many cells");
}

TEST_CASE("a broken XLSX is refused or read, and never brings the program down", "[spreadsheet]") {
    std::string rows, strings;
    for (int i = 1; i <= 40; ++i) {
        rows += fmt::format(R"(<row r="{0}"><c r="A{0}" t="s"><v>{1}</v></c><c r="B{0}"><v>{0}</v></c><c t="inlineStr"><is><t>a&amp;{0}</t></is></c></row>)", i, i - 1);
        strings += fmt::format("<si><t>张{}</t></si>", i);
    }
    const auto whole = parts(rows + "<!-- said --><![CDATA[so]]>", strings);
    const Bytes stored = zip_of(whole);
    Sheet sheet{"s", {"a", "b"}, {}, {}};
    for (int i = 0; i < 40; ++i) sheet.rows.push_back({fmt::format("张{}", i), std::to_string(i)});
    auto packed = write_xlsx({sheet});
    REQUIRE(packed);
    REQUIRE(read_table(*packed));
    REQUIRE(read_table(stored));
    std::mt19937 chance(3);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
    std::size_t refused = 0;
    const auto look = [&](const Bytes& file) { refused += read_table(file) ? 0u : 1u; };

    SECTION("cut off, or with bytes turned") {
        for (const Bytes& good : {stored, *packed}) {
            for (int i = 0; i < 100; ++i) look(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(below(good.size()))));
            for (int i = 0; i < 200; ++i) {
                Bytes file = good;
                for (std::size_t n = 1 + below(6); n > 0; --n) file[below(file.size())] ^= static_cast<std::uint8_t>(1u << below(8));
                look(file);
            }
        }
        CHECK(refused > 400);
    }
    SECTION("of broken XML in a sound ZIP") {
        for (int i = 0; i < 2'000; ++i) {
            auto files = whole;
            std::string& xml = files[below(files.size())].content;
            static constexpr std::array<std::string_view, 22> bits = {"<", ">", "&", "\"", "/", "<!", "<!-", "<!-->", "<![CDATA[", "]]>", "<?", "<!DOCTYPE a PUBLIC",
                                                                      "&#x110000;", "&#;", "=", " a=", "<a b='", "<:>", "</", "<!DOCTYPE x>", "\xF0\x9F", "&amp"};
            for (std::size_t n = 1 + below(3); n > 0; --n) {
                const std::size_t at = below(xml.size()), how = below(4);
                if (how == 0) xml.insert(at, bits[below(bits.size())]);
                else if (how == 1) xml.erase(at, 1 + below(30));
                else if (how == 2) xml.resize(at + 1), xml += below(2) == 0 ? ">" : bits[below(bits.size())];
                else xml[at] = static_cast<char>(below(128));
                if (xml.empty()) xml = ">";
            }
            look(zip_of(files));
        }
        CHECK(refused > 200);
    }
}
