/* rows: the number of rows in a table of cases. */
#ifndef SLUICE_TESTS_ROWS_H
#define SLUICE_TESTS_ROWS_H

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#endif
