#!/usr/bin/env node
import { createProgram } from '../src/program.ts';

await createProgram(process.env).parseAsync();
