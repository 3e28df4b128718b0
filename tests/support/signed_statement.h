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
    static std::string header_of_chain(const std::string& first, const std::string& second) { return R"({"alg":"RS256","x5c":[")" + first + R"(",")" + second + "\"]}"; }
    static std::string jws(const std::string& algorithm) {
        return base64url(header(algorithm, certificate())) + "." + base64url(payload()) + "." + (algorithm == "RS256" ? rs256() : algorithm == "RS384" ? rs384() : rs512());
    }
    static std::string certificate() {
        return
            "MIIC6TCCAdGgAwIBAgIUM10lR4aT9YBbVXC8lud18sJCGoYwDQYJKoZIhvcNAQELBQAwIzEhMB8GA1UEAwwYeEFQSSBzaWduZXIgb2YgdGhlIHRlc3RzMCAXDTIwMDEwMTAwMDAwMFoY"
            "DzIxMjAwMTAxMDAwMDAwWjAjMSEwHwYDVQQDDBh4QVBJIHNpZ25lciBvZiB0aGUgdGVzdHMwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQDoTXI53h8k8TCkU59CRFY0ibww"
            "2SMZqSboX72/m7YzQlilVDzYYV4iK2GapuQ4BzBzTtq1S8wK/c9zlt9Pj6D+N1lFNAbITjat2lc25lfGA3zwb/B4yw0cKgSUDuGfK2TBvvQF5HlBoRJOOWnvTf6uab1h/q5gjTW8f+TU"
            "+MogYNQRvePasykhADNo7WN4k2VFow4ucaLlRM+HgXdYu8kOY1P2pqdj9hvuUWbRG2gcHaNjYXldr7sGY9e1ib1xV2j2DVrimjsarTN8f32cE0bEb+9cs2pxqH27WB5QqQNEGZoH48M1"
            "LpgvSbu1sPIxYHAhz7LhbqdhFA25wEup4h9zAgMBAAGjEzARMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBAGKD9f1epshCSEn1wTrOi6qWJSdBMQN8LWIVmKiVa4C2"
            "pveb8Ch3rkmD7psGbM9wqCPOG4YtaATLdJ3OkRwzOwfj0eKiKEXMiRwkoEGTqidQCA8i1cVcJ4RZR7uYfbrqEVCGgwD0ZDoMhBTET7QeWCr6SrYNOWNZ6bh/GQXLhnLCpT6bwe74JL9l"
            "ThjEwDyb3x3TsZNy4966MsJNrEz37ZbEjhwCxts54Vo1lTjsM5OPnhIuN6EUSqtw9LTsdYGvqG2dZMoa5bbiHUPEzinSTC6yNrNcywdPNX4mSNWWho5oWqG9MtGynupoUHfHo38rE8tH"
            "GMwz0NzU6Yq3FJa+87c=";
    }
    static std::string certificate_that_ran_out() {  // the same key; until the day before the statement
        return
            "MIIC5zCCAc+gAwIBAgIULxD8LW1Tu8j6UxCbEiRf9Nip8hwwDQYJKoZIhvcNAQELBQAwIzEhMB8GA1UEAwwYeEFQSSBzaWduZXIgb2YgdGhlIHRlc3RzMB4XDTIwMDEwMTAwMDAwMFoX"
            "DTI2MTEyMDAwMDAwMFowIzEhMB8GA1UEAwwYeEFQSSBzaWduZXIgb2YgdGhlIHRlc3RzMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6E1yOd4fJPEwpFOfQkRWNIm8MNkj"
            "Gakm6F+9v5u2M0JYpVQ82GFeIithmqbkOAcwc07atUvMCv3Pc5bfT4+g/jdZRTQGyE42rdpXNuZXxgN88G/weMsNHCoElA7hnytkwb70BeR5QaESTjlp703+rmm9Yf6uYI01vH/k1PjK"
            "IGDUEb3j2rMpIQAzaO1jeJNlRaMOLnGi5UTPh4F3WLvJDmNT9qanY/Yb7lFm0RtoHB2jY2F5Xa+7BmPXtYm9cVdo9g1a4po7Gq0zfH99nBNGxG/vXLNqcah9u1geUKkDRBmaB+PDNS6Y"
            "L0m7tbDyMWBwIc+y4W6nYRQNucBLqeIfcwIDAQABoxMwETAPBgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4IBAQBq+s47Fnfmxd1JJ60ZstsrlcIFNLWDNUE33tg3oAdf/xMx"
            "tKnFpvGuMjxbDUb1esTEKQl21y2FkgtiyDjRCU2i6uWyj307qT5JOSj1fe9CWqZ78jzeAXqgSJcFBnOXPS+IynSZTgh6NKZGadu7mmliQIQ6ktDHDtMl7JBLH9wBVMe5E+75q6Kxk6JX"
            "6L8Ar9BqoJqpgCLT4m9TrkA+goYfcbimegfvsxVNgSAJN+QwspZpZkIwGvlBfytznSkBP0JIdDwEc3hB5hETT+c4mnrZ3D+XdwavNm7kksdg60wz2B2K5fjnzm/OJEUIdWrNwBm6S7Du"
            "EX974WZFsC7bBg84";
    }
    static std::string issued() {  // the same key, by the authority
        return
            "MIIC5DCCAcygAwIBAgIUeeBxUAWLm/7hhcwBZqFJALNFHNswDQYJKoZIhvcNAQELBQAwITEfMB0GA1UEAwwWYXV0aG9yaXR5IG9mIHRoZSB0ZXN0czAgFw0yMDAxMDEwMDAwMDBaGA8y"
            "MTIwMDEwMTAwMDAwMFowIzEhMB8GA1UEAwwYeEFQSSBzaWduZXIgb2YgdGhlIHRlc3RzMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA6E1yOd4fJPEwpFOfQkRWNIm8MNkj"
            "Gakm6F+9v5u2M0JYpVQ82GFeIithmqbkOAcwc07atUvMCv3Pc5bfT4+g/jdZRTQGyE42rdpXNuZXxgN88G/weMsNHCoElA7hnytkwb70BeR5QaESTjlp703+rmm9Yf6uYI01vH/k1PjK"
            "IGDUEb3j2rMpIQAzaO1jeJNlRaMOLnGi5UTPh4F3WLvJDmNT9qanY/Yb7lFm0RtoHB2jY2F5Xa+7BmPXtYm9cVdo9g1a4po7Gq0zfH99nBNGxG/vXLNqcah9u1geUKkDRBmaB+PDNS6Y"
            "L0m7tbDyMWBwIc+y4W6nYRQNucBLqeIfcwIDAQABoxAwDjAMBgNVHRMBAf8EAjAAMA0GCSqGSIb3DQEBCwUAA4IBAQAQOFrGVYk8tWdHecKlgA8DaEFiHS+TAfAFaTWhh6IpdnFPxWNi"
            "n4TCyjCuMKDEt2Te8zOgYMoZS7QZjHMkU1SRuvW3F2OT6xD/69s9Hl6dzuEun6490NEtNafaaR2SikY1jRlBL4SAtss5lu65bZhsC+vK2qx8/ug0BqGhVlepEB6GpWHlLcufvxnjxOWc"
            "/D2MyWpQU61n+e2P0pQOHevlXNFH/latPpA3gbVl1tpNjVzCNdrvW1Ar4q6kEl/7YEVkHFbgPJiA1gw1MH5XBEVUE9K2lLEp3jAV5NlzypxV2RssFBAsKH+XDyTd4QEupVKy9ubDKaYC"
            "8YPye/lTf7Jt";
    }
    static std::string authority() {
        return
            "MIIC5TCCAc2gAwIBAgIUTwJOyLRY1g56ig2GGkpTLGmcZLYwDQYJKoZIhvcNAQELBQAwITEfMB0GA1UEAwwWYXV0aG9yaXR5IG9mIHRoZSB0ZXN0czAgFw0yMDAxMDEwMDAwMDBaGA8y"
            "MTIwMDEwMTAwMDAwMFowITEfMB0GA1UEAwwWYXV0aG9yaXR5IG9mIHRoZSB0ZXN0czCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAKyERaYnId7mevfAYTvOgxg3bEKI/grq"
            "Dhf9lEgQDsV61yGFzqmV0UINf8fJOvQhhrndpNAinU+wkT+nTiBYqWmkklwe5eBwKCbH49vFu+uIUOW9+hW5hoh+aa7j7BjVMuEjcWMyQA3VSoTpiNZRurmdsEDs3eCegWWXO7ogtI+4"
            "wMhgXOGeymH/H54CnCW5QfutaT8FhM+4v4gGRyDMl5MbxH9tBdog/5J0tSBgdQlx508AfibSEUrabMolV6sTXEJUGIKKfpY4DIa30EgNHcDfzqHfPZPmUuRvX+1sDCqMre4/yyUWjcXK"
            "v5ZjwjipCwU84O1HM++q7HNAdQXXAtECAwEAAaMTMBEwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAnDVJriEyRo3kxnBJXykH+ufPPVh2fY0Py6dV1KNdCeD0Eqgo"
            "/y3dvkH2KeXYvLKlh2iE+gps8peUfY7HVklX2JkSU4CmJFljpowfTwmGjbLohVWuq6MOlgy6IIMoQjXGxLW94nVQX8PJQ/7c/4jQ+BjjEm+tJcsOxOL/o6D1EBirpqUpc6EGlSIfuNPU"
            "8HUitXB/tiDvAxXn3bXMd02maVnX8LeWr4baAK/lqlz2jBlR1PNHBxc8Xhw8Di8ZDODoKHTJGkDL1z4XTGXq3dSVKrPKtbsdgN/KZoImusOHqf4bIvkGrN3APIImtws9i7JtA4GW+oxp"
            "Ph2mn2DWuVJbwA==";
    }
    static std::string authority_that_ran_out() {
        return
            "MIIC4zCCAcugAwIBAgIUEJWlGKmNHora4GJRS/3CsIrunmowDQYJKoZIhvcNAQELBQAwITEfMB0GA1UEAwwWYXV0aG9yaXR5IG9mIHRoZSB0ZXN0czAeFw0yMDAxMDEwMDAwMDBaFw0y"
            "NjExMjAwMDAwMDBaMCExHzAdBgNVBAMMFmF1dGhvcml0eSBvZiB0aGUgdGVzdHMwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCshEWmJyHe5nr3wGE7zoMYN2xCiP4K6g4X"
            "/ZRIEA7Fetchhc6pldFCDX/HyTr0IYa53aTQIp1PsJE/p04gWKlppJJcHuXgcCgmx+PbxbvriFDlvfoVuYaIfmmu4+wY1TLhI3FjMkAN1UqE6YjWUbq5nbBA7N3gnoFllzu6ILSPuMDI"
            "YFzhnsph/x+eApwluUH7rWk/BYTPuL+IBkcgzJeTG8R/bQXaIP+SdLUgYHUJcedPAH4m0hFK2mzKJVerE1xCVBiCin6WOAyGt9BIDR3A386h3z2T5lLkb1/tbAwqjK3uP8slFo3Fyr+W"
            "Y8I4qQsFPODtRzPvquxzQHUF1wLRAgMBAAGjEzARMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADggEBAIW/i/am6NkEjYSIZDlWecV+l7A3u7STRv6JF/M4Yf9g5PUPT4w+"
            "zAmSh3LNQZJzXlGH31Ed9d3qewDQFP0cB1qVWOpNqJRzkceb1jpsLs5gLyGh1F+XyzqOILlrGqc4lX7SiovQ2hZR7EiZyn+W4YMCaXPAxwLnjpGw9YuJvrN9o2TPWtjDwfBYXlWcORI+"
            "dr+SoYHlHDmjdBvaEJH5TWk0/+m3JPNkUE43bIZ/5pzy2x9aV9HqVL2a4XlycF07Y/0pHtLREghtYJ5MBGMWlNol8oPtLeMEwBTD0kb95Z2ir9vN2TLFxK8YDCqvL3CwnqiAT+Vc6nbc"
            "ibj1pBvuMIs=";
    }
    static std::string no_authority() {  // its key, but it may issue nothing
        return
            "MIIC4jCCAcqgAwIBAgIUEjLppBsCzKlpkBeduNcEpbhZ9s8wDQYJKoZIhvcNAQELBQAwITEfMB0GA1UEAwwWYXV0aG9yaXR5IG9mIHRoZSB0ZXN0czAgFw0yMDAxMDEwMDAwMDBaGA8y"
            "MTIwMDEwMTAwMDAwMFowITEfMB0GA1UEAwwWYXV0aG9yaXR5IG9mIHRoZSB0ZXN0czCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAKyERaYnId7mevfAYTvOgxg3bEKI/grq"
            "Dhf9lEgQDsV61yGFzqmV0UINf8fJOvQhhrndpNAinU+wkT+nTiBYqWmkklwe5eBwKCbH49vFu+uIUOW9+hW5hoh+aa7j7BjVMuEjcWMyQA3VSoTpiNZRurmdsEDs3eCegWWXO7ogtI+4"
            "wMhgXOGeymH/H54CnCW5QfutaT8FhM+4v4gGRyDMl5MbxH9tBdog/5J0tSBgdQlx508AfibSEUrabMolV6sTXEJUGIKKfpY4DIa30EgNHcDfzqHfPZPmUuRvX+1sDCqMre4/yyUWjcXK"
            "v5ZjwjipCwU84O1HM++q7HNAdQXXAtECAwEAAaMQMA4wDAYDVR0TAQH/BAIwADANBgkqhkiG9w0BAQsFAAOCAQEAJG3Sr17bX3HSo8i+Qay4fbTZFjWVyD0f0XXdxOlObLSw/eDVLXlA"
            "jWhQ2KuDEJNNtHb78i68Qr+Q1Z3mYBvON6l92z20xsevGeOzO46zvueqlLRZ56X4UvtrrH/RFokZv1SjOjmSYFwVCsyRXYdLvdxJRXnK1+DuGj6JlRE8lXcQYFY9nl234iLKYb5zryW/"
            "ljjYlLPx5DzIIW4J+CaPvQUbKuTzZMAJvrx1wgwla4w3c1XxpZv+4akR5rz5rJ3KthGMrsO0sp3CUZ41gtHHUYJn4KHMPtK16EQSmULpXgmIUjDoIZ0cyWeHXzmQjKnIrNCm0sUvxTd4"
            "cRE+MJVsRQ==";
    }
    static std::string certificate_of_another() {
        return
            "MIIC0zCCAbugAwIBAgIUTIpuj8GUQmg/FoNc7izgJp5JSzcwDQYJKoZIhvcNAQELBQAwGDEWMBQGA1UEAwwNc29tZWJvZHkgZWxzZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAw"
            "MDAwMFowGDEWMBQGA1UEAwwNc29tZWJvZHkgZWxzZTCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAJu8Mr6S63Y78DTZGicd6CQLy2LWgJqYv80OjZVVOr6HhaKiBCPO/Qcv"
            "wt8LavCmGDqp+MeVvDlFEN5b/lHKMT86ZHe2CXHwyPA/I5CPKYYKzczo/4ucZTl/v4xJOiETRRpy+Go8ATllK2i/5GDn3APJRsv7DnKRdX0GVc8WjDi8PVD7nV6UQqt3tthJJaBz/wgP"
            "n29iNbY2sXBcXV+R77jRGg4LFh6FJN7hR3404hSXG0MWhqCWxpkg6fpy9lh3qfDlkMDt9V02uHpCnJcqP9bLdnAHmwF+JhseDtSiE0eqt+Ja1J0bpjTRzLq7hRfzfmkkqOjF2/MmQ/3Z"
            "P4ApNOECAwEAAaMTMBEwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAXZF4fEjIzuJ3LOPeTkcgLmNcV+ZJyxSpqIjRz8aNUCfoR/uNh9OBQRspzj2t6P0xV2zinPS3"
            "Q98HEHkppxMFvkL6N2HXLs8xz2BFfgFbKjnpygQBTfe5UQEZAzaDx7nuerZcOLPpoNchihlsW+qpQ3cGa21aVSaojBGVGPcF4y5flQGoeFHmX1CiolC5hhjbGzhJjcR6nLols/aQV7nH"
            "PfkLmdLAdrspvm9smjxgDHpLMprH3ebt0lGWVqVMaTAJM9ycx4IF6PVsMuLvOtBU2jwmAwt90ujCL6wT920XOpOVhw7aApo2i8E60b9Sc2KlldE0UKGwYpYYgHrV/IVAow==";
    }
    static std::string certificate_of_a_curve() {  // P-256: no key for RS256
        return
            "MIIBLzCB16ADAgECAhQSCJm23tnHNnOecQ3wdSHi66VAdDAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJlYzAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowDTELMAkGA1UE"
            "AwwCZWMwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS8DNTPIZrdQUkFqShWU1IY0UUCKuTqXzPn/LIsuZcdN8CevqfK9/vpl+ho7fl4h7ItsndOREAyjnIDZOaDCbydoxMwETAPBgNV"
            "HRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIH8FICkrflqj7t0FeniTV1v4QNXJbBjJ+VrzEsW95WbSAiAnzUu7URSXsSMlHIPKM95F6WczxgdxbiD7W7jHaH+btA==";
    }
    static std::string rs256() {
        return
            "XHi527ZvwPJ85pwYrIqKU-nyOntHrUemS3wjQpxxI2dE2bGKSXT8JqKhEIj7jk-1A5beVAqPgQBuyCTQiKl0NnVZsnkLi7kA5qY5mtFHxl7QnGSrw9souVLcqRYpn-_n6qj54oe-hMzt"
            "CRh8VsbeDl2kyeq3fvvUTxXtTD8S35ZT6KAJYKFnKhANdxvD8UA71JyKltQohQeXIrM2kmcatOUNDJhNb7KIJ80_VcVT2Rxh1N_p_QpnsnLWjJUjADwFQ1xsZ8S8GgodzyPQGf9RGcHR"
            "ZoCF-1TZLpVxG-KqiBCQG0KpWpUmM2g_Ohise1Zj0mc-aRcDFx8e5dXyrTFi8g";
    }
    static std::string rs384() {
        return
            "ziJnG0RKCHoUQTou-prJkilhBsPTyldCjta2TUKEQXTUylIKsv6DBhOLMAbewrmmsdoo7ooU7wr0TKKf6-LFG6w8TJBwQQmTUmZU4stjq8yIKgl74A1-PZlUmRJye8_uZdxHAYEvkygv"
            "GGf1JWH23X2tsKLX3-BTxDNs2oQp2-lVvJUIH3P-9vw2aweufc8_gPFvp46OEESMLO2WBK1dg9F8scWnXQCIPiOWvxO8KII1PMPiO77ONVmlkg5yRP_aMbbvZwe88WhCB_KnL6KdBTKJ"
            "VtXl86QcWfnj0_3efa19rCqQ7fN-RGSoy9PkrfwzOQiYWoNufpI8AAwY54Yu4Q";
    }
    static std::string rs512() {
        return
            "vmAHZsYmQffGdUc2igC7eIC0R1fROZJbbpFYBItg-aOkrD4p7bALOzUtOSH1IJchSS4VJujQZ_Pr_Ev6ylKwDG2UDszJWfmjPogzxvWbj15aEWXW_ByWGRZifOv2fOIVTELGTj-fW0NZ"
            "BE6S84poe_2isVlJ80YruVa6KKB1QGq4tm_OMKIpichPOUuhRLqPwfxtKttCMnXv8wPH3jEFP-lOfMu07zdNNf0TLmTQeas2Dt3PLyruUqMv0LDkNctcWliGkTt97cmY6i8nH6heCu5H"
            "uaZxSjaxbwW4sBPoefErdyIroKOlEqPmvqk4c5BQZhDmNdw5cOTFiQfzqJmCSw";
    }
    static std::string rs256_ran_out() {  // under a header with that certificate
        return
            "b8oNMjljyvqDNiFCv-dRT3VHyM9gss4QTT6A1Y-CPWqQU6eU_DWWkpAyLFrtkKa9JyyIqR35WZIW7oMOI5vyJIVtyH2GiMjCTTAZYCFlLu3qBZ_pwVjhHgHbetoAaYnILbPMjLcGSnVp"
            "OFnkpAck982ilxoPDyqjoTiNBSoWJFcvT43wD5s0VqSW0Wpq7OY-NBaL8E0ch9_ta8PPXqovnWRXoXViCZ5ugHcaBnqCZGDyrUvfzYY7a1ghl1I_yQLX61t76Y61D0cfIo3XcfoLhFvD"
            "mhNCpqgbo8PMjY6STyl7AlIxoTy9Yn4Fpd0MPWNR7s6NxLPB0TeNNaLfKKQDDA";
    }
    static std::string rs256_issued() {
        return
            "KBCR3Px7gaQYwwfLAcKR-8T-thgJGW-EypKUGGksvWo5peLe4tSXqVCEAfiFQ31HdCAOm2IXraoyijhh-MFHYWwNNn-PVB0p3MJjtUO7c0Dsb1IKFDtE6fDbS4gxpV4vXMRo7SHmf4Tm"
            "BdLeBFtYu4uZSfkwKcF4KrFfRtpCHpXPEfxnIJ8gLW2yThow7RxmWHBnF3E9JQEjlAvnKj8CsXETfCUbDm3wSKAgpdVgKblo2dedEwW5Y3e7GWi_wYPlG4av_3cdw7GTLlFKWYmY-9r9"
            "9nbuVE3SP2tr5LvnNdx_Qw3XAyffnL9lKnzCzSY6qhXcSCX84rqKOQoEQ74yBw";
    }
    static std::string rs256_chain() {
        return
            "PxpN8lRsUyEOeP0A3cMDRaEeXRjqWcrG-Yq2bvwtpEzFzdGumXxfX6PbBq_b-LPwTSpQp0WoNuDpUQAErigv6HvW454ggrbJirAiAgLgMZ-OVB7Owz09223aLsYmh8SETUuHEV8XELHG"
            "XBdMLPc1xOlNJI_wVWymVQQBsUAdGJ8rbVQrM1yhy2TPuwHo2Ib7lSyUl0A52D6ZLzbpfNj9TVV-Z1VDZMGIw2kNRfWgQbyjQaylVvGXtIVX1xy0B1vUgshoee_a_WEeh29VK08vohW5"
            "m92-Qz9gA2I80Tx6UP6jX5jb-HvJye1PeMLMwekCmvajnxNCK3TT-yWjceyZSQ";
    }
    static std::string rs256_chain_of_another() {
        return
            "byqS4kPQ4JEY6k-JNfw2jYOODwWpiN-T1Ln_JjN5bHIEm_NqvlZj4TZzonGFSJUw9oobABTJCgZho3jHRzP-u_q6NiBfpRp7F34uQlfFMAqVi3WC3yrmksBq2oGuK8AvNUCC0i4g65Pl"
            "DJLGiLHtDD1HI_xw1N3MET6pRpy3B2phEukEXDb7LNKjn4JyG2Q_zii3eCWHJvn7FRxLq7Cx8N8_zQ7J9U6mnduNTLZdzujAWcwQD4s72wmdveM-7wlUAA-ksKDBRGpvrwRXlGzUy5Es"
            "aEZnjiSwkeVeRCxjYEJJKoCZuMrgjp2KrMYjt763XFg-OhfriAEzOYfdh0TriA";
    }
    static std::string rs256_chain_that_ran_out() {
        return
            "n8PSHYSUNiRIZc3lFwQM5owJglb62v6nXrjXWfMMPAjtPPaLMUlV5Nh6pgMOWG_ufHJj2HHvoBmNKxSqP1VrKELUgZCRBD62qB76aH3Qd9i3u5DsHuVINKSZhdTLIMVgk8BriE3-jgcK"
            "9Pmik2GFe26e-FPqzURwTFIHNVkH0J6kJW65RWvPZ-ECHjWHouGLUrCUUV5sb9KcEXutp66jq5BadfaM2IzriayqDWVUhngAlWhdrj_Xp9JSv7t2PBXoYqQ42RcKy7exPnZvZseLAWWG"
            "WgUvUGqAnwn8peADRyPLPlDLL5Rdij3OmFSvY0cuA1v9zudPOmO1ErMgm4V0ug";
    }
    static std::string rs256_chain_of_none() {
        return
            "hQeOLPh3EV6shq2FK9ofVRy1WpcYaHJBnE2pNvt568nCs97Dvn1GoIPWMXdnFhIXfWktVowRA78rUvTuCTWdxwh5WNf3O6VghX49qLl7fLlqvr5Ug1Otmg4hITiAFSM84YtieCF4h-7v"
            "cm0lwCOX8YmbiTMGoKvqCYapKFPdYn5HmtFf3XlndW8XluBgr--e26dRfjXRrUL1VUlaY4FSPqGiGeuLXrq7ozOpbe32iyBqqhgZYW30CfQ7Rx7F_dP9tGaHo5Nhi-35FKhHfMzB-aTq"
            "q1gmQqyq4uedUGn_T0Eae43Xw4AkFhMzNw0WA0yosP3hEFR3qcq3Vp5lnbHVrQ";
    }
};

}  // namespace xinghuo
