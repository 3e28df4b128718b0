// An RSA key for tests: making one takes seconds. It signs nothing anybody trusts.
#pragma once

#include <catch2/catch.hpp>

#include "content/trust/key.h"

namespace xinghuo {

inline PrivateKey rsa_key_of_tests() {
    auto key = PrivateKey::read(
        "-----BEGIN PRIVATE KEY-----\n"
        "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDHU8migkDMRPVa\n"
        "rCOfPGOq8U78wrCeILFA0+XMqlUil1DCbIYKMaFobOGbKTMWwAJ0nLNOcSi2TMUh\n"
        "BXjthbf+Cjc5eLq7/NJQhnKyyvEyUKzTDQaRNXVB9IiaJFJDjB9/bAFWVBVNSrEN\n"
        "Ry9S6wKnMAh0sZ+48MwEoGL65vQJ0ONv89bPRSyx8Ze2AxrC2yAOlbL8Tl+RsWlY\n"
        "FitGSY30h5t5CytLgkjIaivOUcnS87Iy0zmlb+W+gd9of9Snjhq9P6ZKULjRBJaX\n"
        "93yD+/0QzDglZ/G/nOD16WCPzjbSawTriTgCtjAaaKXMuOYyQUvcgneZPR3DAxUB\n"
        "rp2jtidjAgMBAAECggEAAobEA39LJaD/dcrAw3/sc3o42hNNpx4a9mC5L5g+bqsk\n"
        "UZKL5bfYp+OEEzIOfQyp+0270r60brsXtIzGikbWR4NcTSouk7tnSbCqkNbpqmLu\n"
        "Ddltv+FsPw3DvXsVtS14KLv3DbUQdWOrotNy0huQc7YJervVnm55kjAbkQ/kVUt+\n"
        "xkalS6UEZ7KNtFxViUDEv/kFqHbrTvXkMrz7IlSuN6R9p9hiuCMDxHus/QFOXGBJ\n"
        "YrBQd2sK/uKpa8jGWhdbsYcCsIi9VxcaguTDJZreiHgMepugXvDa7zxs0zwz+CAY\n"
        "1gYxHm4SDqX1ZrWCqGwxWE/tP9zZv3ODNlAN/BowQQKBgQDqFB4+SD9pMMSB46YN\n"
        "fLNnqq4wkRcbQSmZz9ow6HnGu4PmI3XTJ7wm/LInUV2ucMc6n+Ok49/cPwbjnq2J\n"
        "PK/oVpf1v2OwlD67cVL8svRubJpuNqC7SNdvZddouXs3zT2cUZgOfE0ReT1BSnYK\n"
        "Eqrki7anNOVixTciu/axTn9RSQKBgQDZ/oenb7WetoFNOA2SVQ9FGwmGEd6URkx8\n"
        "voXGzaM7AEuhGIy/Hk7/BdRT/urZ8MRfpVBoDIAW3/IN78VPDeKT7QNBvGlfZ18L\n"
        "by/+D0c02t9QThP1KLsA8aeFtSJXrTieMDm/UT3SzLi7asN3Q7D6ra6Rljzvftiv\n"
        "jXGQpoWfSwKBgGDYwAaOx8WSysre0DYmUOfkQzuO3BuHo1mjGKhBlxi1PoY6R6Z8\n"
        "eyk6Rc9kp7jjqlpECuCO83Dhls0YOr5cIH+lTCv96pYFT8snwOkSdXU2c9KDwY6b\n"
        "PZ82aKBIlYVp4kLJs3rSzOQc4E4iK6JRROlYMNMPXJS3+e7iC9giHSUZAoGBAKll\n"
        "uCZtkVW+/qVxzGINBSuvQexUEIFqS1+Ycb416AUeSqbpu918AOj9r6yB6B/pj7+/\n"
        "Z8cjB5o+9grMaqfu40YOJLy9W6jOXDY3dbTYTH4PIv91XN7igsbOAl7Njd1R9zA9\n"
        "y3IXAJLBkT/aTABusqVpt8DcXYfCK0HoCPrd2/IXAoGBAKKA57wNP5obYW6LCdUr\n"
        "znfUK9sykIplL4EfhJ6jBVbTX5WvLxRf/Wfppnx3LNBQBqb+RIXgpEovs6ysX9p1\n"
        "ujTNfRAvPdTDOXaKDQ32LcDULVL3k2Ae/TrCOSC3TK57Nl4+l5pwznrfvaoN1y5w\n"
        "vS/fY6F1ngfxjzxERa5MmBMc\n"
        "-----END PRIVATE KEY-----\n", "");
    REQUIRE(key);
    return *key;
}

// A new key, but of RSA always the same.
inline PrivateKey key_of_tests(KeyScheme scheme) { return scheme == KeyScheme::rsa_pss ? rsa_key_of_tests() : *PrivateKey::make(scheme); }

}  // namespace xinghuo
