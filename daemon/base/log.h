#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };
enum log_format { FORMAT_AUTO, FORMAT_TEXT, FORMAT_JSON };

#endif
