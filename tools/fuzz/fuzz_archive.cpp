// A tar from a stick, unpacked under limits into a folder of its own.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "content/base/descriptor.h"
#include "content/pack/archive.h"
#include "tools/fuzz/target.h"

using namespace xinghuo;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Descriptor archive(::memfd_create("archive", MFD_CLOEXEC));
    if (!archive || ::write(archive.get(), data, size) != static_cast<ssize_t>(size)) std::abort();
    ::lseek(archive.get(), 0, SEEK_SET);
    std::string folder = "/dev/shm/xinghuo-fuzz-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    const ArchiveLimits limits{.entries = 100, .total_bytes = 4u << 20, .entry_bytes = 2u << 20, .ratio = 200, .depth = 8};
    (void)unpack(archive.get(), Path(folder) / "in", limits);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return 0;
}
