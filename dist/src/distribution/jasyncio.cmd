@echo off
rem Runs asyncio programs on the JVM: jasyncio --help
rem
rem Not tested: the project has no Windows machine. Please report what does not work.
rem
rem   JAVA_HOME              the JDK to use, 25 or newer; else the first java on the PATH
rem   JASYNCIO_JAVA_OPTIONS  more options for the JVM, separated by blanks

setlocal
set "java=java.exe"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
"%java%" -XX:+UseCompactObjectHeaders -XX:MaxGCPauseMillis=50 %JASYNCIO_JAVA_OPTIONS% -jar "%~dp0..\jasyncio-cli.jar" %*
exit /b %ERRORLEVEL%
