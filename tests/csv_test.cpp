#include "content/base/csv.h"

#include <catch2/catch.hpp>

using namespace xinghuo;

TEST_CASE("a table is read by the names of its columns", "[csv]") {
    auto table = CsvTable::parse(
        "\xEF\xBB\xBF"
        "id,text,note\r\na,\"one, \"\"two\"\"\nthree\",\r\n\r\nb,四,x\n");
    REQUIRE(table);
    REQUIRE(table->rows().size() == 2);
    CHECK(table->cell(table->rows()[0], "text") == "one, \"two\"\nthree");
    CHECK(table->cell(table->rows()[0], "note").empty());
    CHECK(table->rows()[0].line == 2);
    CHECK(table->rows()[1].line == 5);
    CHECK(table->cell(table->rows()[1], "text") == "四");
    CHECK(table->cell(table->rows()[1], "none").empty());
    CHECK(table->has("note"));
    CHECK_FALSE(table->has("none"));
}

TEST_CASE("a broken table is refused with its line", "[csv]") {
    const auto why = [](std::string_view text) {
        auto table = CsvTable::parse(text);
        return table ? std::string() : table.error().what;
    };
    CHECK(why("") == "line 1: there is no header");
    CHECK(why("a,b\n1\n") == "line 2: 1 cells, the header has 2");
    CHECK(why("a,b\n1,2,3\n") == "line 2: 3 cells, the header has 2");
    CHECK(why("a,b\n1,\"2\n") == "line 2: the quote is never closed");
    CHECK(why("a,b\n\"1\"x,2\n") == "line 2: text after a closing quote");
    CHECK(why("a,a\n") == "line 1: column 'a' is unnamed or named twice");
}

TEST_CASE("a table ends with or without a line end", "[csv]") {
    CHECK(CsvTable::parse("a\n1")->rows().size() == 1);
    CHECK(CsvTable::parse("a\n1\n")->rows().size() == 1);
    CHECK(CsvTable::parse("a,b\n1,")->rows().size() == 1);
}
