#include <catch2/catch.hpp>

#include "content/study/member.h"

using namespace xinghuo;

TEST_CASE("a name is masked to its first and last characters", "[study]") {
    CHECK(masked_name("张小明") == "张*明");
    CHECK(masked_name("张三") == "张*");
    CHECK(masked_name("买买提·吐尔逊") == "买*逊");
    CHECK(masked_name("Anna Schmidt") == "A*t");
    CHECK(masked_name("张") == "张*");
    CHECK(masked_name("").empty());
    CHECK(masked_name("王𬱖") == "王*");
    CHECK(masked_name("𬱖小𬱖") == "𬱖*𬱖");
    // What a person sees as one character is one: an é of two code points, an ideograph with its variation.
    CHECK(masked_name("e\u0301ric") == "e\u0301*c");
    CHECK(masked_name("葛\U000E0100城葛\U000E0100") == "葛\U000E0100*葛\U000E0100");
}

TEST_CASE("the tail of a number is its last two characters", "[study]") {
    CHECK(number_tail("2021010107") == "07");
    CHECK(number_tail("07") == "07");
    CHECK(number_tail("7") == "7");
    CHECK(number_tail("").empty());
    CHECK(number_tail("工号甲乙") == "甲乙");
}
