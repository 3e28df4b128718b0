# The demonstration: its pack, and the repository that ships, signed with keys of this machine (BUILD/demo-keys; in no repository of
# sources and in no package). Sourced; run from the root of the source with a built tools/pack.
make_demonstration() {  # [BUILD]
    local build=${1:-build/release} share
    share=$build/share/xinghuo
    tools/pack build --if-changed content/demo "$share/packs/xinghuo-demo" &&
        tools/pack demo --if-changed "$share/packs/xinghuo-demo" "$share/repository" --keys "$build/demo-keys"
}
