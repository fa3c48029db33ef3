// Expands isa.def with the row macros the includer defined; the others expand to nothing. Included many times on
// purpose.
#ifndef INSTRUCTION
#define INSTRUCTION(...)
#endif
#ifndef READ
#define READ(...)
#endif
#ifndef WRITE
#define WRITE(...)
#endif
#ifndef VALUE
#define VALUE(...)
#endif
#ifndef FIELD
#define FIELD(...)
#endif
#ifndef COST
#define COST(...)
#endif
#include "isa/table/isa.def"
#undef INSTRUCTION
#undef READ
#undef WRITE
#undef VALUE
#undef FIELD
#undef COST
