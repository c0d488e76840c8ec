#!/usr/bin/env node
import { runProgram } from '../src/program.ts';

await runProgram(process.argv.slice(2), process.env);
