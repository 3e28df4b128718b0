# Which Debian packages are needed, and installing those that are not there. Sourced by tools/run and tools/test.
run_packages=(
    build-essential cmake ninja-build ccache pkg-config
    libsdl2-dev libimgui-dev
    libavcodec-dev libavformat-dev libavfilter-dev libavutil-dev libswscale-dev libswresample-dev
    libfreetype-dev libharfbuzz-dev libicu-dev
    nlohmann-json3-dev libfmt-dev libsodium-dev libssl-dev libcurl4-openssl-dev libarchive-dev
    zlib1g-dev rapidjson-dev libboost1.81-dev libpq-dev libsqlite3-dev liborcus-dev libxlsxwriter-dev libqrencode-dev libevdev-dev librime-dev rime-data-pinyin-simp
    librsvg2-dev libcairo2-dev libmd4c-dev libyaml-cpp-dev libespeak-ng-dev espeak-ng-data
    fonts-noto-cjk fonts-hanazono fonts-babelstone-han fonts-unifont unifont
)
test_packages=("${run_packages[@]}" catch2 openssl curl postgresql nginx patroni etcd-server clang-14 libclang-rt-14-dev)

install_packages() {
    local here missing=() package
    here=" $(dpkg-query -W -f='${Package}:${db:Status-Status} ' "$@" 2>/dev/null || true)"
    for package in "$@"; do
        case "$here" in *" $package:installed "*) ;; *) missing+=("$package") ;; esac
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "Installing Debian packages: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
