@echo off
rem Diptych: the window without arguments, the command line with a subcommand.
setlocal
set "here=%~dp0.."
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
"%java%" -version 2>&1 | findstr /C:"version \"25" >nul
if errorlevel 1 (
    echo Diptych needs a Java 25 runtime, and none was found. Install a JDK 25 or point JAVA_HOME at one. 1>&2
    exit /b 1
)
"%java%" "--module-path=%here%\lib\fx" --add-modules=javafx.controls,javafx.swing @fx.jvm.args@ %DIPTYCH_OPTS% -classpath "%here%\lib\*" @main.class@ %*
