// Result<T>: a value, or one sentence for the user about what went wrong (what the guest sees is not a Result).
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace sigtape {

// One clear sentence, without a trailing newline; main() prints it once as "sigtape: <text>".
struct Error {
  std::string text;
  int status = 1;  // exit status of the program that prints it
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}
  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() & { return std::get<0>(held_); }
  T operator*() && { return std::move(std::get<0>(held_)); }
  const T& operator*() const& { return std::get<0>(held_); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }
  Error& error() { return std::get<1>(held_); }
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace sigtape

// Evaluates to the value of a Result, or returns its error from the enclosing function (GNU statement expression,
// accepted by gcc and clang).
#define SIGTAPE_TRY(expression)                                  \
  ({                                                             \
    auto&& sigtape_try_ = (expression);                          \
    if (!sigtape_try_.ok()) return std::move(sigtape_try_.error()); \
    std::move(*sigtape_try_);                                    \
  })
#define SIGTAPE_TRY_VOID(expression)                             \
  do {                                                           \
    auto&& sigtape_try_ = (expression);                          \
    if (!sigtape_try_.ok()) return std::move(sigtape_try_.error()); \
  } while (0)
