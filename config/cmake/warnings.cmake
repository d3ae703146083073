# One interface target that every target of ours links: warnings as errors, hardening, sanitizers, the include root.
add_library(deltamill_options INTERFACE)
target_include_directories(deltamill_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(deltamill_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-qual -Werror
  -fstack-protector-strong -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_compile_definitions(deltamill_options INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(deltamill_options INTERFACE -O2 -g1 -D_FORTIFY_SOURCE=2)
endif()
# Assertions are ours (DM_CHECK) and stay on in every build.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
string(REPLACE "-O3" "" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
if(DELTAMILL_SANITIZE)
  target_compile_options(deltamill_options INTERFACE -fsanitize=${DELTAMILL_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(deltamill_options INTERFACE -fsanitize=${DELTAMILL_SANITIZE})
endif()
