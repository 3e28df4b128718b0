// A statement signed with RS256, RS384 and RS512 (RFC 7515), made once by OpenSSL; the keys were thrown away, and the certificates vouch for nothing.
#pragma once

#include <string>

#include "content/base/crypto.h"

namespace xinghuo {

struct SignedStatement {
    // What was signed, byte by byte.
    static std::string payload() {
        return R"({"id":"6f0b3c7e-52a1-4a8c-9d0e-3a1b2c4d5e6f","actor":{"mbox":"mailto:signer@example.com"},"verb":{"id":"http://adlnet.gov/expapi/verbs/attended"},"object":{"id":"http://example.com/signed"},"timestamp":"2026-11-21T08:00:00Z"})";
    }
    static std::string base64url(const std::string& text) { return to_base64url({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}); }
    static std::string header(const std::string& algorithm, const std::string& certificate) { return R"({"alg":")" + algorithm + R"(","x5c":[")" + certificate + "\"]}"; }
    static std::string jws(const std::string& algorithm) {
        return base64url(header(algorithm, certificate())) + "." + base64url(payload()) + "." + (algorithm == "RS256" ? rs256() : algorithm == "RS384" ? rs384() : rs512());
    }
    static std::string certificate() {
        return
            "MIIDKTCCAhGgAwIBAgIUYCFR/m8riqawE4yKjmKe44j3A1kwDQYJKoZIhvcNAQELBQAwIzEhMB8GA1UEAwwYeEFQSSBzaWduZXIgb2YgdGhlIHRlc3RzMCAXDTI2MTEyMTE5MzMxNVoY"
            "DzIxMjYxMDI4MTkzMzE1WjAjMSEwHwYDVQQDDBh4QVBJIHNpZ25lciBvZiB0aGUgdGVzdHMwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQC6D3s9LRuzwRklYGvNBUkOjF4I"
            "v+nllWUuyEDxBIMZctEXHkAdt380v/SCTc9oqaIXXVRn2/7SVT8qMAMk7ud6VlVtMDdAHoPBHOlKUHLHfA1QhlB4oDHXV2BOs4Lm+Tj2SiLJ88A1vFZwa60TKmCpgcHWuZ7GP4bZd3Xa"
            "GzfVgeCl/XJ4NZdTudBnDf5CfsiqbdqytSmHHDwVnyBlL1Ojo+e2IvA1hM3A8Wsw9dRzD35U0l+Fc7wa2ooYeW3TgjMHTbL7lO5xevk2/t7dzMIyuYzeY8i7zb7BthCyBa5ElQMig09w"
            "tPKShCyzEry/Sc70RY8TzunGeqHbcMGxs8a9AgMBAAGjUzBRMB0GA1UdDgQWBBQN2CziKId0keglpRr9o4wRcNTPHTAfBgNVHSMEGDAWgBQN2CziKId0keglpRr9o4wRcNTPHTAPBgNV"
            "HRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBvHvTsuUh6pSjud2SDBVuyToNhA9Ia7fFyxl0BOVw3hk4JEjsyAjAF3aRZTjk1IiSiNMyUyGbKG/qAGMoBszPm5WY35nUT2UGA"
            "p8LBXCR7W8o0kfB/6YppgM3/CuMuWkGWjR8g1GTocP+QkczdQtbrTyPsrTC4fF5SwrXBHR1K3A7hSbG5ggQEsEyfTjGVIQ+f+7dOpABVVubVt2FDHFrhmbh7EL+vXNONoAw3mdoyQUFu"
            "LIeInlSZ4TLgfcvbAzTg+87gwQ4yvCdNi3nBvmFDcP5/sgHGsxU20X9MHOuFR7G/3U3rsvHGKSCg0qTGQUhgVBHZyWs+sxqzQPlbVm3t";
    }
    static std::string certificate_of_another() {
        return
            "MIIDEzCCAfugAwIBAgIUPf+VX39dTdQ2ticyilNAjscJHlQwDQYJKoZIhvcNAQELBQAwGDEWMBQGA1UEAwwNc29tZWJvZHkgZWxzZTAgFw0yNjExMjExOTMzMTVaGA8yMTI2MTAyODE5"
            "MzMxNVowGDEWMBQGA1UEAwwNc29tZWJvZHkgZWxzZTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBANxw/AB+7s5xNNJfhDvIByaQ6NFcTwiFqAQQ0heCW3uhPKJvtPJ+pvci"
            "FCMiaspUEtN92JKcEHgdfOyFiMvekhV2xoLx/MtMp6BnZegpkOKNi4VQzMG4Sey4Zg74Fwl86y6CLtmQBonPw2jtoODLZy+hdKhtw78Xs477GBaH5u6KfgjpF6jSf+Zh0NGXT22+C34P"
            "0Q0PNF1Iriz9J7z+UPN8P3FMhtnOXmGb2dfVPxiwboy554QcQEohcuwWW4asgJrvUwD9OzhavA8s7NtJfRSaAwOssk8Y9B22M9HfrY56S4IvhpyCTZy4D0wEy3ZGpQcuAl94E3w0DLgv"
            "/Kxg+rUCAwEAAaNTMFEwHQYDVR0OBBYEFAICOLUI5ql//tSSkyql5sqxCRsyMB8GA1UdIwQYMBaAFAICOLUI5ql//tSSkyql5sqxCRsyMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcN"
            "AQELBQADggEBAA5li4vzOcJtG8sBZkyAP0hmxlh/+WyMA4IPTjIXU6DmVYayjaLMYSSm+NTKwfsjgMPCK74Mx3BVLPPcvpiPOMG5XJpnDnHXesFzkjR03izPTBqzIzIH0Xt4c99orZax"
            "rUvogUrmwFVufTupboihDnM+RxhXRKPIL7ftU+GQWx1E6rp8Ik3wcrFp/xrE3jolaDNiFab95gHPKyFuufuVG2++8UVtSwv+Sv0aZOsPzXRgLptW5bd5lhtYRDvQBxfswjKojel3KUie"
            "ew4FZlvvfqHLvVezQ7ISLTSuyd0vPdkLP8Cm2FUfjkeAiGM955IyVTtshE1Yj4uM/oaOxA8qZL0=";
    }
    static std::string certificate_of_a_curve() {  // P-256: no key for RS256
        return
            "MIIBcTCCARegAwIBAgIUPNrnOH0PzrOyKChcD+GYCP8MEcgwCgYIKoZIzj0EAwIwDTELMAkGA1UEAwwCZWMwIBcNMjYxMTIxMTkzMzE1WhgPMjEyNjEwMjgxOTMzMTVaMA0xCzAJBgNV"
            "BAMMAmVjMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELuIz3Cerky/kikMUfuo5JAJboc9/zIjAb4TjUctXfgeE2dV245lQBk1YDT+ucbVaAh5FG+h4k1itV44V4x+npqNTMFEwHQYD"
            "VR0OBBYEFH2tLdOUhmoEfOQcyzbyllvUejCTMB8GA1UdIwQYMBaAFH2tLdOUhmoEfOQcyzbyllvUejCTMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAOT7E01cc8wO"
            "MlZQRcVRrxqvtqTUone8qeqEdGs3jBD6AiBfKfRS2KwR7xUG2+WmKGS7ifUr5+tPDBAOHd8i7ZOrGQ==";
    }
    static std::string rs256() {
        return
            "sZ9cxJjXuvS8JHfIA5DBMKBv0cLy6G0H-eSP7XeoX0rxEjgLzSHvPaXWJ_fGnUfqruePTld8nOQ9PrJEaBd8sGNAbyOcrajlgY6qN__ZmfswfCwcd1lLKFl4ZhZ9APNRMwVAMTdGJ7Ab"
            "d3D2FSC-66WQxdx9tO-35Xppqs2QPFr_s8yMN95vrjXvQP95irOe8rvs4FcvjignnYlKppxok8QP5_lJbyLPWXZqHSqNlShOTSmlkzC5sW_9Jjer-pz30FZAkABAcW6XgKGL2ANolTtN"
            "g8_Zu7PyPIvMKyAwNsGUFS6b5BdBZCEAetJMrnKPEqty-393X8ne7BJy0_UQsA";
    }
    static std::string rs384() {
        return
            "CQqNQSzl0ZFpxvTCK-z_pvH9sUS4W3PHt_uOBjhKnok6npi352LyHHZG8B7pu_pS1Mk6BDRKMXGDZvW0VdD59_hnfXu03vyke1tRX_IBEpu95yENP_zYnIB14L31FeIN8SDeN2jxLlJ6"
            "ByjOLb_RNSSieqzoYKCkOTfymVjtmcDT2A7F5PnvFouTg91TN2XXygoNSHPOEnAg1FCHk7mQflpQqO0qAs7WX9MlBmvyYyNSOdjc94kcTXtsANGh5GU-ERtW4g2gZ51wHLAzww2cvBGe"
            "_10yfDSjj2TafZL6StvDD_bFSUZGYW90Sk1-KHJCuTVJEt5v530n0OXWQksEJA";
    }
    static std::string rs512() {
        return
            "RkputQQDYKyAlflYVaMqUMVHrYRITvfyn0R8XWgnC5E_VQmDqTQBiQuQu1SURoWDY1CqQE9tEuXHru6igSY-rtA-2jiinFY6UKuceXwEPwD2YLADzedkd3bzsJqfYqdyAYR-iDSrZO0u"
            "YJxXj3DIGiRP5BspCpCs_pQnIsa-bXtz7qClSEJBddUXRm-6TGa4H_6QbMigLB7gWaz64lTCL1dt1N7GfW4UCBP_XOEAJ5qfkJP8a9-d1u3zUnGQGZk1AqDX91wTmDpl1uPrlNxirrKR"
            "4m0_ZipBh_g8C9d8AgiQXZ-40yNI6z3ig-R5XGGuXQhlLnqUmb9o0xs6sz740A";
    }
};

}  // namespace xinghuo
