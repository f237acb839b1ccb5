#pragma once
// Memory for arrays of numbers: aligned to a cache line; large ones ask for huge pages, which spare the processor most
// of its look-ups of addresses and the kernel most of its page faults.
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <tl/core/namespace.hpp>
#include <vector>
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace TL_NAMESPACE {

inline constexpr std::size_t cache_line = 64, huge_page = 2 << 20;

struct FreeAligned {
  void operator()(void* p) const { std::free(p); }
};
// Elements that nothing has constructed.
template <class T>
using AlignedMemory = std::unique_ptr<T[], FreeAligned>;

// Throws std::bad_alloc.
template <class T>
AlignedMemory<T> allocate(std::size_t count) {
  if (count > (static_cast<std::size_t>(-1) - huge_page) / sizeof(T)) throw std::bad_alloc();
  const std::size_t bytes = (count * sizeof(T) + cache_line - 1) / cache_line * cache_line;
  // From two huge pages on, less than half is lost to the alignment, and that is never touched.
  const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : cache_line;
  const std::size_t whole = bytes == 0 ? alignment : (bytes + alignment - 1) / alignment * alignment;
  void* const p = std::aligned_alloc(alignment, whole);
  if (p == nullptr) throw std::bad_alloc();
#ifdef __linux__
  if (alignment == huge_page) ::madvise(p, bytes / huge_page * huge_page, MADV_HUGEPAGE);  // a wish
#endif
  return AlignedMemory<T>(static_cast<T*>(p));
}

// The same as an allocator. What resize() adds to a vector is not written.
template <class T>
struct AlignedAllocator {
  using value_type = T;
  AlignedAllocator() = default;
  template <class U>
  AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(std::size_t count) { return tl::allocate<T>(count).release(); }
  void deallocate(T* p, std::size_t) { std::free(p); }
  template <class U>
  void construct(U* p) noexcept {
    ::new (static_cast<void*>(p)) U;
  }
  template <class U, class... Arguments>
  void construct(U* p, Arguments&&... arguments) {
    ::new (static_cast<void*>(p)) U(static_cast<Arguments&&>(arguments)...);
  }
  bool operator==(const AlignedAllocator&) const = default;
};
template <class T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

}  // namespace TL_NAMESPACE
